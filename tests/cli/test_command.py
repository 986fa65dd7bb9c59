"""What every script does with its end: a status, one line, a log."""

import argparse
import errno
import logging
import zlib

import pytest

from emergence.cli.command import run
from emergence.store.files import DamagedFile


class Foreseen(ValueError):
    """What a script expects to happen."""


@pytest.fixture
def end(tmp_path, monkeypatch, capsys):
    """Run a command that returns or raises what it is given: end(result) is (status, said)."""

    def call(result):
        def main(arguments):
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr("sys.argv", ["x", "--log", str(tmp_path / "logs" / "x.log")])
        monkeypatch.setattr(logging.root, "handlers", [])
        monkeypatch.setattr(logging, "raiseExceptions", True)
        with pytest.raises(SystemExit) as ended:
            run(argparse.ArgumentParser(), main, (Foreseen,))
        said = capsys.readouterr().err
        assert (tmp_path / "logs" / "x.log").read_text() == said
        return ended.value.code, said

    return call


@pytest.mark.parametrize("status", [None, 75])
def test_the_status_is_what_the_command_returns(end, status):
    assert end(status) == (status or 0, "")


@pytest.mark.parametrize(
    ("raised", "status"),
    [(Foreseen("so it is"), 2), (DamagedFile("so it is"), 2), (KeyboardInterrupt(), 130)],
    ids=lambda item: type(item).__name__,
)
def test_what_may_happen_ends_in_one_line(end, raised, status):
    found, said = end(raised)
    assert found == status
    (line,) = said.splitlines()
    assert f"error: {raised or 'stopped by SIGINT'}" in line


def test_a_full_disk_ends_in_one_line_whatever_fails_after_it(end):
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        finally:
            zlib.decompress(b"as matplotlib, which closes its PDF")
    except zlib.error as raised:
        status, said = end(raised)
    assert status == 2
    (line,) = said.splitlines()
    assert line.endswith("error: [Errno 28] No space left on device")


def test_what_nobody_foresaw_shows_its_traceback(end):
    unforeseen = ValueError("so it is")
    unforeseen.__context__ = FileNotFoundError(errno.ENOENT, "no matter")
    status, said = end(unforeseen)
    assert status == 1
    assert "Traceback" in said
    assert "so it is" in said
