# A killed run leaves Snakemake's lock behind; the same command shall continue nevertheless.

import contextlib
import fcntl

from snakemake.logging import logger


def release_stale_lock(folder):
    """Remove Snakemake's lock if no Snakemake lives here; returns what says that this one does.

    The kernel gives the lock on an open file back when a process ends, however it ends. Where the
    file system has no such locks, Snakemake's own stays, and `snakemake --unlock` removes it.
    """
    folder.mkdir(exist_ok=True)
    alive = open(folder / "alive", "a")
    try:
        if not workflow.is_main_process:  # a job on a node, which may not see the locks of others
            raise BlockingIOError
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stale = list((folder / "locks").glob("*.lock"))
        for lock in stale:
            lock.unlink(missing_ok=True)
        if stale:
            logger.warning("An earlier run was killed: its lock is removed, it is continued.")
        fcntl.flock(alive, fcntl.LOCK_SH)
    except OSError:  # another one lives, or a job of one: Snakemake's lock decides
        with contextlib.suppress(OSError):
            fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return alive


ALIVE = release_stale_lock(Path(".snakemake"))
