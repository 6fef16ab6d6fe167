"""Which server, which database and who: from a file of one's own or the environment,
never from the command line, which others see."""

import configparser
import os
import stat
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

import click

from .errors import ClientError

PREFIX = "RETURNS_"
DEFAULT_FILE = Path(click.get_app_dir("returns-client")) / "credentials.ini"


@dataclass(frozen=True)
class Credentials:
    url: str = ""
    database: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)

    @property
    def address(self):
        return urlsplit(self.url)

    def check(self, needed):
        """Refuse what cannot work: something missing, or no address of a server."""
        missing = [name for name in ("url", "database", *needed) if not self[name]]
        if missing:
            variables = ", ".join(PREFIX + name.upper() for name in missing)
            raise ClientError(
                f"No {', '.join(missing)} given. Write it to {DEFAULT_FILE}, or to the "
                f"file that --credentials names, or set {variables}."
            )
        try:
            is_address = self.address.scheme in ("http", "https") and (
                self.address.hostname and self.address.port != 0
            )
        except ValueError:  # the port is none
            is_address = False
        if not is_address or self.address.path.strip("/") or self.address.query:
            raise ClientError(
                f"“{self.url}” is no address of an Odoo server. Write it like "
                "https://odoo.example.com or http://127.0.0.1:8069."
            )
        return self

    def __getitem__(self, name):
        return getattr(self, name)


NAMES = [f.name for f in fields(Credentials)]


def load(path=None, profile=None):
    """Credentials of a profile of the file, with those of the environment over them.

    :param path: of the file; without it the user's own is read, if there is one
    :param profile: section of the file; may be left out where there is only one
    """
    values = {}
    if path or DEFAULT_FILE.exists():
        values = _read(Path(path or DEFAULT_FILE), profile)
    elif profile:
        raise ClientError(
            f"There is no {DEFAULT_FILE} to find the profile “{profile}” in. Make it, "
            "or name another file with --credentials."
        )
    for name in NAMES:
        value = os.environ.get(PREFIX + name.upper())
        if value:
            values[name] = value
    return Credentials(**values)


def _read(path, profile):
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ClientError(
                    f"{path} can be read or written by others, and passwords are in "
                    f"it. Run: chmod 600 {path}"
                )
            parser.read_file(file)
    except (configparser.Error, UnicodeDecodeError) as error:
        # Not the error's own text, which shows lines, and passwords are lines.
        where = f" in line {error.lineno}" if hasattr(error, "lineno") else ""
        raise ClientError(
            f"{path} is no credentials file: {type(error).__name__}{where}. "
            "docs/client.md shows one."
        ) from None
    except OSError as error:
        raise ClientError(
            f"{path} cannot be read: {error.strerror}. Name another file with "
            "--credentials."
        ) from error
    profiles = parser.sections()
    if not profile and len(profiles) == 1:
        [profile] = profiles
    if profile not in profiles:
        problem = f"has no section “{profile}”" if profile else "has not one section"
        raise ClientError(
            f"{path} {problem}. Name one of its sections with --profile: "
            f"{', '.join(profiles) or 'there is none yet'}."
        )
    section = parser[profile]
    unknown = sorted(set(section) - set(NAMES))
    if unknown:
        raise ClientError(
            f"{path}, [{profile}]: {', '.join(unknown)} means nothing here. Write "
            f"any of {', '.join(NAMES)}."
        )
    return dict(section)
