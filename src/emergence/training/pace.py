"""How fast a training job goes: how many steps make a slice, and a progress line now and then."""

from __future__ import annotations

import logging
import math
import time
from datetime import timedelta

_LOGGER = logging.getLogger(__name__)
_SLICE_SECONDS = 0.5
_REPORT_SECONDS = 10.0


class Pace:
    """Measures the speed of one job. No number depends on where its slices end."""

    def __init__(self, label: str, steps: int, n_runs: int, start_step: int) -> None:
        self._label, self._steps, self._n_runs = label, steps, n_runs
        self._start_step = start_step
        self._started = self._reported = self._sliced = time.monotonic()
        self._slice, self._last_step = 1, start_step
        _LOGGER.info("%s: step %s of %s", label, f"{start_step:,}", f"{steps:,}")

    def slice_steps(self) -> int:
        """Steps that take about half a second, from the speed of the last slice."""
        return self._slice

    def report(self, step: int) -> None:
        """Note the time after a slice; log a line every ten seconds."""
        now = time.monotonic()
        done, elapsed = step - self._last_step, now - self._sliced
        if done:
            ideal = int(done * _SLICE_SECONDS / max(elapsed, 1e-6))
            self._slice = max(1, min(ideal, 4 * self._slice))
        self._last_step, self._sliced = step, now
        if now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            rate = (step - self._start_step) / (now - self._started)
            left = (self._steps - step) / rate if rate else float("nan")
            _LOGGER.info(
                "%s: step %s of %s (%.0f %%), %.0f run-steps/s, %s left",
                self._label,
                f"{step:,}",
                f"{self._steps:,}",
                100 * step / self._steps,
                rate * self._n_runs,
                _duration(left),
            )

    def finish(self) -> None:
        """Log the total."""
        elapsed = time.monotonic() - self._started
        done = (self._steps - self._start_step) * self._n_runs
        _LOGGER.info(
            "%s: done in %s, %.0f run-steps/s", self._label, _duration(elapsed), done / elapsed
        )


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "unknown"
    return str(timedelta(seconds=round(seconds)))
