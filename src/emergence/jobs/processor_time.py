"""Processor time of a training job, in its log: results must not depend on it."""

from __future__ import annotations

import logging
import math
import re
import time
from pathlib import Path


def log_processor_time() -> None:
    """Log what this process has taken so far."""
    logging.info("%.1f s of processor time", time.process_time())


def processor_seconds(log: Path) -> float:
    """What a job's log says it took; NaN if it says nothing, or was stopped and went on later."""
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    found = re.findall(r"([\d.]+) s of processor time$", text, re.MULTILINE)
    return float(found[-1]) if found and "resuming from" not in text else math.nan
