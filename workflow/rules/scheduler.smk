# Snakemake's scheduler (seen in 9.27) starts a timer of a second at every look at the queue, and each
# timer makes it look again: after a thousand jobs it would look a thousand times a second.

import threading

from snakemake.scheduling.job_scheduler import JobScheduler


def look_again_once(scheduler, delay):
    """One timer at a time, and none while the limit of job starts holds nothing back.

    A job that ends wakes the scheduler anyway.
    """
    limit = scheduler.job_rate_limiter
    if limit is not None and delay == limit.timespan and limit.get_free_jobs():
        return
    if getattr(scheduler, "looks_again", False):
        return

    def look():
        scheduler.looks_again = False
        scheduler._open_jobs.release()

    scheduler.looks_again = True
    threading.Timer(delay, look).start()


if hasattr(JobScheduler, "_schedule_reevalutation"):  # as Snakemake spells it
    JobScheduler._schedule_reevalutation = look_again_once
