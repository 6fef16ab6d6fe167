"""A user who calls the server as the web client does."""

import requests

from .refusal import Refusal


class Member:
    """A user of the demo data, whose login is the password; `session_id` is that of a
    browser in which he is logged in."""

    def __init__(self, base_url, db, login):
        self.base_url, self.login = base_url, login
        self._session = requests.Session()
        params = {"db": db, "login": login, "password": login}
        told = self._post("/web/session/authenticate", params)
        self._context = told["user_context"]
        self.session_id = self._session.cookies["session_id"]

    def __call__(self, model, method, *args, **kwargs):
        kwargs["context"] = self._context | kwargs.get("context", {})
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def _post(self, path, params):
        answer = self._session.post(f"{self.base_url}{path}", json={"params": params})
        told = answer.json()
        if "error" in told:
            raise Refusal(
                f"{self.login} called {path}: {told['error']['data']['message']}"
            )
        return told.get("result")
