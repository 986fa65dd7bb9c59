"""Processor time in a job's log."""

import logging
import math

from emergence.jobs.processor_time import log_processor_time, processor_seconds


def test_what_was_logged_is_read(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        log_processor_time()
    log = tmp_path / "job.log"
    log.write_text(f"12:00:00 step 0 of 10\n12:00:01 {caplog.messages[-1]}\n")
    assert processor_seconds(log) > 0
    log.write_text("12:00:01 12.5 s of processor time\n")
    assert processor_seconds(log) == 12.5


def test_a_job_that_was_stopped_meanwhile_has_no_time(tmp_path):
    log = tmp_path / "job.log"
    assert math.isnan(processor_seconds(log))
    log.write_text("12:00:00 resuming from job.npz\n12:00:01 12.5 s of processor time\n")
    assert math.isnan(processor_seconds(log))
