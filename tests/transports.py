"""The three ways to call Odoo from outside, called alike.

`user(model, method, *arguments, **named)`: arguments by position and by name are those
of the method, ids first. What Odoo refuses raises what the transport raises; told()
gives the answer or the Refusal, the same for all.
"""

import json
import uuid
import xmlrpc.client
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import odoorpc
import requests
from odoorpc.error import RPCError


class Remote:
    """A user's XML-RPC connection."""

    def __init__(self, served, login, password=None):
        self.served = served
        self.password = password or login
        self._common = self._proxy("common")
        self._object = self._proxy("object")
        self.uid = self._common.authenticate(served.db, login, self.password, {})
        assert self.uid, f"{login} cannot log in"

    def _proxy(self, name):
        url = f"{self.served.base_url}/xmlrpc/2/{name}"
        return xmlrpc.client.ServerProxy(url, allow_none=True)

    def __call__(self, model, method, *arguments, **named):
        return self._object.execute_kw(
            self.served.db, self.uid, self.password, model, method, arguments, named
        )


class JsonRemote:
    """A user's JSON-RPC connection."""

    def __init__(self, odoorpc):
        self._odoorpc = odoorpc

    def __call__(self, model, method, *arguments, **named):
        return self._odoorpc.execute_kw(model, method, arguments, named)


def odoorpc_of(served, login, password=None):
    """That user's odoorpc.ODOO, logged in."""
    url = urlsplit(served.base_url)
    remote = odoorpc.ODOO(url.hostname, port=url.port)
    remote.login(served.db, login, password or login)
    return remote


class Json2Remote:
    """What may be done over /json/2 with an API key: by position only the ids."""

    def __init__(self, served, key):
        self.base_url = served.base_url
        self.key = key
        self._headers = {
            "Authorization": f"bearer {key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": served.db,
        }

    def post(self, model, method, **body):
        """HTTP status and answer."""
        response = requests.post(
            f"{self.base_url}/json/2/{model}/{method}",
            json.dumps(body),
            headers=self._headers,
            timeout=120,
        )
        return response.status_code, json.loads(
            response.text, parse_constant=_refuse_constant
        )

    def __call__(self, model, method, ids=None, **named):
        body = named if ids is None else named | {"ids": ids}
        status, answer = self.post(model, method, **body)
        if status != 200:
            raise HttpError(status, answer)
        return answer


def json2_of(served, roles):
    """The Json2Remote of each role, with a new key of its user."""
    printed = served.shell(
        "from odoo.fields import Datetime\n"
        "until = Datetime.add(Datetime.now(), days=1)\n"
        f"for role in {roles!r}:\n"
        "    user = env['res.users'].search([('login', '=', f'return_{role}')])\n"
        "    keys = env['res.users.apikeys'].with_user(user)\n"
        "    print(keys._generate('rpc', 'black-box tests', until))"
    )
    keys = printed.split()[-len(roles) :]
    return {
        role: Json2Remote(served, key) for role, key in zip(roles, keys, strict=True)
    }


class HttpError(Exception):
    """A call that /json/2 answered with another status than 200."""

    def __init__(self, status, answer):
        super().__init__(f"{status} {answer['name']}: {answer['message']}")
        if status >= 500:
            self.add_note(answer["debug"][-2000:])
        self.status, self.answer = status, answer


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Refusal:
    """How a call was refused as a whole: "AccessError", "UserError" for the rest of
    that family; or what went wrong."""

    kind: str
    message: str


def told(user, method, /, *arguments, model="sale.return.order", **named):
    """The answer, or the Refusal."""
    try:
        return user(model, method, *arguments, **named)
    except xmlrpc.client.Fault as fault:
        kind = {2: "UserError", 4: "AccessError"}.get(fault.faultCode, "crash")
        return Refusal(kind, fault.faultString)
    except RPCError as error:
        return _refusal(error.info["data"]["name"], error.info["data"]["message"])
    except HttpError as error:
        assert 400 <= error.status < 500, error
        return _refusal(error.answer["name"], error.answer["message"])


def _refusal(name, message):
    module, _dot, kind = name.rpartition(".")
    if module == "odoo.exceptions" and kind != "AccessError":
        kind = "UserError"
    return Refusal(kind, message)


def fits_xml(value):
    """Whether XML-RPC can carry it."""
    try:
        xmlrpc.client.loads(xmlrpc.client.dumps((value,), allow_none=True).encode())
    except (OverflowError, UnicodeError, ExpatError):
        return False
    return True


def assert_plain(value):
    """Nothing that one of the transports cannot carry, or carries as something else."""
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value), value.keys()
        for item in value.values():
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)
    elif isinstance(value, str):
        assert fits_xml(value), ascii(value)
    else:
        assert isinstance(value, int | float), value
        assert abs(value) < 2**31 or isinstance(value, float), value


def new_key():
    return uuid.uuid4().hex
