"""Run one command of scripts/: `python run.py COMMAND [ARGUMENT...]`."""

import errno
import importlib
import signal
import sys
from pathlib import Path

# Not this folder itself: its modules must not hide those of other packages.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from lib.refusal import Refusal


def main(command, *arguments):
    """Return the exit code of lib.<command>.main(arguments)."""
    # An end that is asked for politely leaves as little behind as any other.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return importlib.import_module(f"lib.{command}").main(arguments)
    except Refusal as refusal:
        reason = str(refusal)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        reason = (
            f"the disk is full ({error.filename or 'while writing'}). Free some space, "
            "or put the cache on another disk with SALE_RETURN_CACHE=/some/folder."
        )
    print(f"scripts/{command}: refused: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
