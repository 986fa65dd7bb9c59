"""A SLURM cluster of one node on the loopback: munged, slurmctld, slurmd; stopped by their ids."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

CONFIGURATION = Path("/etc/slurm/slurm.conf")  # job steps look for it here alone
_GPU_CONFIGURATION = CONFIGURATION.with_name("gres.conf")
_MARK = "# Written by tests/hpc/cluster.py, which removes it again."
_PACKAGES = ("slurm-wlm", "munge")
_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
_START_SECONDS = 30.0
_NAME = "test"


class Unavailable(RuntimeError):
    """SLURM cannot be started here; the message says why."""


def require():
    """Raise Unavailable unless SLURM and MUNGE are installed and this process is root."""
    if os.geteuid():
        raise Unavailable("starting SLURM's daemons needs root")
    if missing := [program for program in _PROGRAMS if not shutil.which(program)]:
        raise Unavailable(f"{', '.join(missing)} missing: install {' and '.join(_PACKAGES)}")


class Cluster:
    """The daemons of one node with `cpus` cores and two pretended GPUs; a context manager.

    folder: state, spool, keys and logs, written by root.
    """

    def __init__(self, folder, cpus=2):
        self.folder, self.cpus = folder.resolve(), cpus
        self.node = socket.gethostname().split(".")[0]
        self._processes: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        """Start everything. Raises Unavailable, having stopped what it had started."""
        _claim(CONFIGURATION)
        _claim(_GPU_CONFIGURATION)
        try:
            self._write_configuration()
            self._start_munge()
            self.start_controller()
            self._start("slurmd", ["slurmd", "-D", "-N", self.node, "-v"])
            self._wait_for("node to be idle", lambda: self.node_state().startswith("idle"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        """Cancel jobs, stop the daemons, remove the configuration."""
        if "slurmctld" in self._processes:
            run("scancel", "--user", str(os.geteuid()), check=False)
            with contextlib.suppress(Unavailable):  # the daemons are stopped in any case
                self._wait_for("jobs to end", lambda: not self.jobs(), seconds=60)
        for name in ("slurmd", "slurmctld", "munged"):
            self._stop(name)
        for process in self._left_by_jobs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for path in (CONFIGURATION, _GPU_CONFIGURATION):
            if _ours(path):
                path.unlink()

    def _left_by_jobs(self):
        """Processes that outlived a job's time limit: `proctrack/linuxproc` loses orphans."""
        mark = f"SLURM_CLUSTER_NAME={_NAME}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return [process for process in found if process != os.getpid()]

    def start_controller(self):
        """Start slurmctld and wait until it answers."""
        self._start("slurmctld", ["slurmctld", "-D", "-v"])
        self._wait_for("controller to answer", lambda: run("scontrol", "ping", check=False)[0] == 0)

    def node_state(self):
        """State of the node in SLURM's words, such as idle, mixed, drained."""
        return run("sinfo", "--noheader", "--nodes", self.node, "--format=%T", check=False)[1]

    def jobs(self, state="all"):
        """Comment (rule and wildcards) of each pending or running job by its id.

        state: "all", "running" or "pending".
        """
        options = [] if state == "all" else ["--states", state]
        lines = run("squeue", "--noheader", "--format=%A|%k", *options, check=False)[1].splitlines()
        return dict(line.split("|", 1) for line in lines if "|" in line)

    def _write_configuration(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("state", "spool"):
            (self.folder / name).mkdir(exist_ok=True)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        settings = {
            "ClusterName": _NAME,
            "SlurmctldHost": f"{self.node}(127.0.0.1)",
            "SlurmctldPort": _free_port(),
            "SlurmdPort": _free_port(),
            "SlurmUser": "root",
            "SlurmdUser": "root",
            "AuthType": "auth/munge",
            "AuthInfo": f"socket={self._munge_socket}",
            "CredType": "cred/munge",
            "StateSaveLocation": self.folder / "state",
            "SlurmdSpoolDir": self.folder / "spool",
            "SlurmctldPidFile": self.folder / "slurmctld.pid",
            "SlurmdPidFile": self.folder / "slurmd.pid",
            "SlurmctldLogFile": self.folder / "slurmctld.log",
            "SlurmdLogFile": self.folder / "slurmd.log",
            "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none",
            "MpiDefault": "none",
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_Core_Memory",
            "ReturnToService": 2,
            "SlurmdParameters": "config_overrides",
            "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none",
            "GresTypes": "gpu",
            "KillWait": 30,
            "MinJobAge": 300,
            "NodeName": f"{self.node} NodeAddr=127.0.0.1 CPUs={self.cpus} "
            f"RealMemory={memory} Gres=gpu:2 State=UNKNOWN",
            "PartitionName": f"test Nodes={self.node} Default=YES MaxTime=1440 State=UP",
        }
        lines = [_MARK, *(f"{key}={value}" for key, value in settings.items())]
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.write_text("\n".join(lines) + "\n")
        # Any two device files will do: they are counted and numbered, not opened.
        _GPU_CONFIGURATION.write_text(f"{_MARK}\nName=gpu File=/dev/tty[0-1]\n")

    @property
    def _munge_socket(self):
        return self.folder / "munge.socket"

    def _start_munge(self):
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        self.folder.chmod(0o755)
        files = {"key": key, "socket": self._munge_socket}
        files |= {name: self.folder / f"munged.{name}" for name in ("pid", "log", "seed")}
        options = {"pid": "--pid-file", "log": "--log-file", "seed": "--seed-file"}
        options |= {"key": "--key-file", "socket": "--socket"}
        arguments = [f"{options[name]}={path}" for name, path in files.items()]
        self._start("munged", ["munged", "--foreground", "--force", *arguments])
        self._wait_for("munged's socket", self._munge_socket.exists)

    def _start(self, name, command):
        with open(self.folder / f"{name}.output", "ab") as output:
            self._processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    def _stop(self, name):
        process = self._processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_for(self, what, condition, seconds=_START_SECONDS):
        deadline = time.monotonic() + seconds
        while not condition():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    said = (self.folder / f"{name}.output").read_text()[-800:]
                    raise Unavailable(f"{name} ended with status {process.returncode}: {said}")
            if time.monotonic() > deadline:
                raise Unavailable(f"waited {seconds:g} s for the {what}")
            time.sleep(0.2)


def run(*command, check=True):
    """Exit status and output of a command; raises RuntimeError with its words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.returncode, done.stdout.strip()


def _ours(path):
    return path.is_file() and path.read_text(errors="replace").startswith(_MARK)


def _claim(path):
    """Refuse a machine that has a configuration of its own."""
    if path.exists() and not _ours(path):
        raise Unavailable(f"{path} exists: this machine has a SLURM of its own")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
