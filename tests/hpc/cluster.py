"""A SLURM cluster of one node on the loopback: munged, slurmctld, slurmd; stopped by their ids."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

_FOLDER = Path("/etc/slurm")  # job steps look for the configuration here alone
_NODE = socket.gethostname().split(".")[0]
_CONFIGURATION = """ClusterName=test
SlurmctldHost={node}(127.0.0.1)
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={node} NodeAddr=127.0.0.1 CPUs=16 RealMemory=40000 Gres=gpu:2
PartitionName=test Nodes={node} Default=YES
"""
# Nothing of it need be there: cores, memory and any two device files are counted, not used.
_GPUS = "Name=gpu File=/dev/tty[0-1]\n"


@contextlib.contextmanager
def running_cluster(folder):
    """The daemons of one node with pretended cores, memory and GPUs, until all is done.

    folder: state, spool, key and what the daemons say. Skips where SLURM is not installed, is the
    machine's own, or this process is not root.
    """
    missing = [name for name in ("munged", "slurmctld", "slurmd") if not shutil.which(name)]
    if missing or os.geteuid() or (_FOLDER / "slurm.conf").exists():
        pytest.skip("needs root, slurm-wlm and munge, and no /etc/slurm/slurm.conf")
    text = _CONFIGURATION.format(node=_NODE, folder=folder)
    munge = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    munge += ["--foreground", "--force", f"--socket={folder}/munge.socket"]
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o600)
    folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        for name, content in (("slurm.conf", text), ("gres.conf", _GPUS)):
            (_FOLDER / name).write_text(content)
            stack.callback((_FOLDER / name).unlink)
        stack.callback(_kill_left)
        _start(stack, folder, "munged", *munge)
        wait_for("munged", (folder / "munge.socket").exists)
        _start(stack, folder, "slurmctld", "-D")
        wait_for("the controller", lambda: "is UP" in run("scontrol", "ping"))
        _start(stack, folder, "slurmd", "-D", "-N", _NODE)
        wait_for("the node", lambda: run("sinfo", "--noheader", "--format=%T") == "idle")
        stack.callback(wait_for, "jobs to end", lambda: not run("squeue", "--noheader"))
        stack.callback(run, "scancel", "--user=root")
        yield


def _start(stack, folder, name, *options):
    """Start a daemon, which ends with the stack."""
    with open(folder / f"{name}.output", "wb") as output:  # the daemon has a copy of its own
        process = subprocess.Popen([name, *options], stdout=output, stderr=subprocess.STDOUT)
    stack.callback(process.wait, timeout=30)
    stack.callback(process.terminate)


def _kill_left():
    """Processes that outlived a job's time limit: `proctrack/linuxproc` loses orphans."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if b"SLURM_CLUSTER_NAME=test" in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)


def run(*command):
    """What a command says; its errors are errors of the test only where something depends on it."""
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout.strip()


def running_jobs():
    """Ids of the running jobs."""
    return run("squeue", "--noheader", "--format=%A", "--states=running").split()


def wait_for(what, condition, seconds=60.0, process=None):
    """Wait until the condition holds; fails where it does not, or the process ends before."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        assert process is None or process.poll() is None, f"Snakemake ended before {what}"
        time.sleep(0.3)
    return value
