"""A user of the demo, who calls the server as other systems and browsers do."""

from xmlrpc.client import Fault, ServerProxy

import requests

from .refusal import Refusal


class Person:
    """A user of the demo data, whose login is the password."""

    def __init__(self, base_url, db, login):
        self.base_url, self.db, self.login = base_url, db, login
        common = ServerProxy(f"{base_url}/xmlrpc/2/common")
        self.uid = common.authenticate(db, login, login, {})
        if not self.uid:
            raise Refusal(
                f"{login} cannot log in to {db} with the password {login}: make the "
                "demo database anew."
            )
        self._models = ServerProxy(f"{base_url}/xmlrpc/2/object")

    def call(self, model, method, *args, **kwargs):
        try:
            return self._models.execute_kw(
                self.db, self.uid, self.login, model, method, args, kwargs
            )
        except Fault as fault:
            reason = fault.faultString.strip().splitlines()[-1]
            raise Refusal(f"{self.login} called {model}.{method}: {reason}") from fault

    def press(self, model, button, ids, context):
        """Press a button as the web client does: what Odoo answers may hold nulls,
        which XML-RPC cannot carry."""
        params = {
            "model": model,
            "method": button,
            "args": [ids],
            "kwargs": {"context": context},
        }
        response = self.log_in().post(
            f"{self.base_url}/web/dataset/call_kw/{model}/{button}",
            json={"params": params},
        )
        error = response.json().get("error")
        if error:
            reason = error["data"]["message"]
            raise Refusal(f"{self.login} pressed {button} of {model}: {reason}")

    def log_in(self):
        """Return a web session, as a browser has it."""
        session = requests.Session()
        params = {"db": self.db, "login": self.login, "password": self.login}
        session.post(
            f"{self.base_url}/web/session/authenticate", json={"params": params}
        ).raise_for_status()
        return session
