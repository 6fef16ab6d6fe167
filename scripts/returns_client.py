#!/usr/bin/env python3
"""Returns from the command line, over the API of a running Odoo: docs/client.md."""

import sys

NEEDS = "click odoorpc openpyxl requests rich tenacity"

try:
    from lib.client.commands import client
except ModuleNotFoundError as missing:
    print(
        f"returns_client.py: {missing.name} is not installed. Install what it needs "
        f"with: {sys.executable} -m pip install {NEEDS}; or run it with the Python "
        "that scripts/setup prints.",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    client(prog_name="returns_client.py")
