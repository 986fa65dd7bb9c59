"""What every script shares: logging to terminal and file, and errors as one readable line."""

from __future__ import annotations

import argparse
import errno
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from emergence.store.files import DamagedFile

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # as a shell says of a command that SIGINT ended
EXIT_TIME_LIMIT = 75  # not finished; the same command continues (EX_TEMPFAIL of sysexits.h)
_EXPECTED = (DamagedFile, OSError)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def run(
    parser: argparse.ArgumentParser,
    main: Callable[[argparse.Namespace], int | None],
    expected: tuple[type[Exception], ...] = (),
) -> None:
    """Parse the command line, add `--log`, call `main`, exit with its status.

    Exceptions of the kinds `expected` (and unreadable or damaged files) end in one line and exit
    status 2, SIGINT in one line and status 130; any other shows its traceback, in the log too.
    """
    parser.add_argument("--log", type=Path, help="also write messages to this file")
    arguments = parser.parse_args()
    _log_to_terminal()
    readable: tuple[type[Exception], ...] = (*_EXPECTED, *expected)
    try:
        if arguments.log:
            arguments.log.parent.mkdir(parents=True, exist_ok=True)
            _log_to(logging.FileHandler(arguments.log, mode="a", encoding="utf-8"))
        status = main(arguments)
    except readable as error:
        logging.error("error: %s", error)
        status = EXIT_USER_ERROR
    except KeyboardInterrupt:
        logging.error("error: stopped by SIGINT")
        status = EXIT_INTERRUPTED
    except Exception as error:
        failed = _failed_write(error)
        if failed:
            logging.error("error: %s", failed)
        else:
            logging.exception("unexpected error")
        status = EXIT_USER_ERROR if failed else 1
    logging.shutdown()
    sys.exit(status or 0)


def _log_to_terminal() -> None:
    """Let messages appear on standard error."""
    logging.raiseExceptions = False  # no traceback for each line that a full disk does not take
    _log_to(logging.StreamHandler(sys.stderr))
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it reports every glyph of a PDF


def _failed_write(error: BaseException | None) -> OSError | None:
    """The write that failed before an exception, if one did: libraries fail again as they close."""
    while error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return error
        error = error.__cause__ or error.__context__
    return None


def _log_to(handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.INFO)
