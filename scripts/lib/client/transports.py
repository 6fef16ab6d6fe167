"""Two ways to call the methods of the model, which tell failures alike.

``call`` raises ``Unreachable`` where the same call may succeed later, ``Denied`` where
the user has no right to it, else ``ServerError``.
"""

import http.client
import ssl
import urllib.error

import odoorpc
import requests

from .errors import Denied, ServerError, Unreachable

MODEL = "sale.return.order"
# Odoo has given up to get its turn; what it tells then is the database's own.
TURNS = ("LockError", "ConcurrencyError", "SerializationFailure", "LockNotAvailable")
TURNS += ("DeadlockDetected",)
LATER = {408, 425, 429, 502, 503, 504}
WRONG_ADDRESS = "Is the url that of Odoo, and the database's name right?"
BY_TLS = "No safe connection: {}. Mend the url, or the certificate of the server."


def refusal(name, message, address):
    """What an error of Odoo means.

    :param name: of the exception, with its module
    """
    short = name.rpartition(".")[2]
    if short in TURNS:
        return Unreachable(f"{address}: somebody works on the same: {message}")
    if short == "AccessDenied":
        return ServerError(_login(address))
    if short == "AccessError":
        return Denied(message)
    return ServerError(f"{address} failed: {message or name}. Its log says more.")


def by_status(status, address):
    """What an answer means that is none of Odoo's own."""
    if status in LATER:
        return Unreachable(f"{address} answers HTTP {status}")
    if status == 401:
        return ServerError(_login(address))
    return ServerError(f"{address} answers HTTP {status}. {WRONG_ADDRESS}")


def _login(address):
    return (
        f"{address} refuses the login. Check database, login and password; an API key "
        "may have ended: make a new one in Odoo, under My Preferences, Security."
    )


class JsonRpc:
    """JSON-RPC by odoorpc, with a login and a password or an API key."""

    def __init__(self, credentials, timeout):
        needed = ["login", "api_key" if credentials.api_key else "password"]
        self.credentials, self.timeout = credentials.check(needed), timeout
        self._odoo = None

    def call(self, method, **arguments):
        url = self.credentials.url
        try:
            if self._odoo is None:
                self._odoo = self._log_in()
            return self._odoo.execute_kw(MODEL, method, (), arguments)
        except odoorpc.error.RPCError as error:
            data = (error.info or {}).get("data", {})
            if not data:  # odoorpc's own: the login is wrong
                raise ServerError(_login(url)) from error
            raise refusal(data.get("name", ""), str(error), url) from error
        except urllib.error.HTTPError as error:
            raise by_status(error.code, url) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLError):
                raise ServerError(f"{url}: {BY_TLS.format(reason)}") from error
            raise Unreachable(f"{url} does not answer: {reason}") from error
        except (ValueError, KeyError) as error:
            raise ServerError(f"{url} is no Odoo. {WRONG_ADDRESS}") from error

    def _log_in(self):
        mine, address = self.credentials, self.credentials.address
        is_safe = address.scheme == "https"
        odoo = odoorpc.ODOO(
            address.hostname,
            protocol="jsonrpc+ssl" if is_safe else "jsonrpc",
            port=address.port or (443 if is_safe else 80),
            timeout=self.timeout,
            version="19.0",  # else it asks
        )
        odoo.login(mine.database, mine.login, mine.password or mine.api_key)
        return odoo


class Json2:
    """JSON-2 by requests, with an API key."""

    def __init__(self, credentials, timeout):
        self.credentials, self.timeout = credentials.check(["api_key"]), timeout
        self._session = requests.Session()
        # Else a ~/.netrc would take the place of the key.
        self._session.auth = self._authorize

    def _authorize(self, request):
        request.headers["Authorization"] = f"bearer {self.credentials.api_key}"
        return request

    def call(self, method, **arguments):
        url = self.credentials.url
        try:
            response = self._session.post(
                f"{url.rstrip('/')}/json/2/{MODEL}/{method}",
                json=arguments,
                headers={"X-Odoo-Database": self.credentials.database},
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise ServerError(f"{url}: {BY_TLS.format(error)}") from error
        except requests.RequestException as error:
            raise Unreachable(f"{url} does not answer: {error}") from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.status_code == 200 and answer is not None:
            return answer
        if (
            isinstance(answer, dict)
            and "name" in answer
            and response.status_code != 401
        ):
            raise refusal(answer["name"], answer.get("message", ""), url)
        raise by_status(response.status_code, url)
