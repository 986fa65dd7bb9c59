"""A folder on a disk of a given size, and limits for those who may not mount one."""

import os
import resource
import subprocess
from contextlib import contextmanager

PAGE = 4096


def may_mount():
    """Whether this process may mount file systems: root outside of most containers."""
    return os.geteuid() == 0 and _mount_works()


def _mount_works():
    done = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True
    )
    return done.returncode == 0


@contextmanager
def small_disk(folder, size):
    """`folder`, empty, on a file system of `size` bytes; yields `resize(size, mode)`."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={max(size, PAGE)},mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)

    def resize(size, mode="rw"):
        subprocess.run(["mount", "-o", f"remount,size={size},{mode}", folder], check=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", folder], check=True)


def short_files(size):
    """For preexec_fn: no file may grow beyond `size` bytes, as under a quota."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit
