"""A process of its own for what touches the GPU.

An illegal access to a GPU's memory spoils its process for good, and a kernel that does not end
cannot be interrupted: the process is then replaced, and what comes next goes on.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from emergence.bench.gpu.parts import Row, Stopped, Unit

UnitsOf = Callable[[str], Sequence[Unit]]
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 5.0
_UNIT_SECONDS = 240.0  # a kernel that hangs must not take all the time there is


class Worker:
    """Makes the rows of units in another process, which is started when it is needed."""

    def __init__(self, units_of: UnitsOf, stopped: Callable[[], str | None]) -> None:
        """units_of: gives the units of a part, in this process and, pickled, in the other one.

        stopped: why there is no time left, None while there is.
        """
        self._units_of, self._stopped = units_of, stopped
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def rows(self, part: str, index: int, unit: Unit) -> Iterator[Row]:
        """Rows of a part's unit; if its process dies or hangs, one more. Raises Stopped."""
        self._check_time()
        limit = time.monotonic() + _UNIT_SECONDS
        if self._process is not None and not self._process.is_alive():
            self._end()  # it died between two units
        connection = self._connection or self._start()
        connection.send((part, index))
        while True:
            while not connection.poll(_LOOK_SECONDS):
                self._check_time()
                if time.monotonic() > limit:
                    self.close()
                    yield {**unit.key, "error": f"stopped after {_UNIT_SECONDS:g} seconds"}
                    return
            try:
                row, healthy = connection.recv()
            except (EOFError, ConnectionResetError):
                yield {**unit.key, "error": f"its process died: {self._end()}"}
                return
            if row is not None:
                yield row
            elif healthy:
                return
            else:
                self.close()
                return

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.terminate()
            self._end()

    def _check_time(self) -> None:
        if reason := self._stopped():
            self.close()
            raise Stopped(reason)

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")  # CUDA does not survive a fork
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._units_of), daemon=True)
        self._process.start()
        theirs.close()
        return self._connection

    def _end(self) -> str:
        """Wait for the end of the process; how it ended."""
        assert self._process is not None
        assert self._connection is not None
        self._process.join(_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode or 0
        self._connection.close()
        self._process = self._connection = None
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"


def deadline_or_signal(seconds: float) -> Callable[[], str | None]:
    """For `Worker`: no time is left after so many seconds, or once SIGTERM or SIGINT has come."""
    received: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda found, _: received.append(found))
    deadline = time.monotonic() + seconds

    def stopped() -> str | None:
        if received:
            return f"stopped by {signal.Signals(received[0]).name}"
        return "stopped by the time limit" if time.monotonic() >= deadline else None

    return stopped


def _serve(connection: Connection, units_of: UnitsOf) -> None:
    """Until the other end closes: take (part, index), send its rows as (row, True), then (None, h).

    h: whether this process can be used again.
    """
    from emergence.cli.command import log_to_terminal

    log_to_terminal()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process decides
    units: dict[str, Sequence[Unit]] = {}
    while True:
        try:
            part, index = connection.recv()
        except EOFError:
            return
        if part not in units:
            units[part] = units_of(part)
        for row in units[part][index].rows():
            connection.send((row, True))
        connection.send((None, _clean()))


def _clean() -> bool:
    """Give the GPU's memory back; False if the GPU can no longer be used from this process."""
    gc.collect()
    torch = sys.modules.get("torch")  # its import takes seconds
    if torch and torch.cuda.is_initialized():
        try:
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
        except RuntimeError:
            return False
    return True
