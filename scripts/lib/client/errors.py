"""What ends a command early, each with the exit code that docs/client.md tells."""

import click

REFUSED, USAGE, SERVER, INTERRUPTED = 1, 2, 3, 130


class ClientError(click.ClickException):
    """A text for people that says what to do next."""

    exit_code = USAGE


class BadFile(ClientError):
    """A file that cannot be used as it is."""


class Denied(ClientError):
    """The user has no right to a call, whatever is in it."""

    exit_code = REFUSED


class ServerError(ClientError):
    """The server does not take the login, or answers what no retry changes."""

    exit_code = SERVER


class Unreachable(ServerError):
    """There is no answer now, and there may be one later: try again."""


class Interrupted(ClientError):
    exit_code = INTERRUPTED
