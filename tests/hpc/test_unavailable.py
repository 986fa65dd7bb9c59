"""Where SLURM cannot be installed or must not be started, the reason is said, no more done."""

import cluster
import pytest
from cluster import Cluster, Unavailable, install


def test_without_root_it_is_not_started(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Unavailable, match="needs root"):
        install()


def test_missing_programs_are_named_where_nothing_can_install_them(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"munged, .*scancel missing, and no apt-get"):
        install()


def test_the_words_of_apt_are_kept(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho 'no route to host' >&2\nexit 100\n")
    apt.chmod(0o755)
    with pytest.raises(Unavailable, match="apt-get update failed: no route to host"):
        install()


def test_a_machine_with_a_cluster_of_its_own_is_left_alone(monkeypatch, tmp_path):
    configuration = tmp_path / "slurm.conf"
    configuration.write_text("ClusterName=ours\n")
    monkeypatch.setattr(cluster, "CONFIGURATION", configuration)
    with pytest.raises(Unavailable, match=r"exists: this machine has a SLURM of its own"):
        Cluster(tmp_path / "folder").__enter__()
    assert configuration.read_text() == "ClusterName=ours\n"
    assert not (tmp_path / "folder").exists()
