"""No network, nothing written elsewhere; the same bytes on one core as on two."""

import subprocess

import pytest
from trees import assert_equal, hashes

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS = "results/smoke/nam2024"


@pytest.fixture(scope="session")
def without_network():
    """Command in which there is no network interface but a loopback that is down."""
    for wrapper in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        try:
            done = subprocess.run([*wrapper, "true"], capture_output=True)
        except OSError:
            continue
        if done.returncode == 0:
            return wrapper
    pytest.skip("no network namespace can be made here")


def _others(folder):
    """Time and size of every file where nothing may be written, by path."""
    allowed = (folder / "results" / "smoke", folder / ".snakemake")
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and not any(map(path.is_relative_to, allowed))
    }


@pytest.fixture
def build_apart(without_network, tmp_path, monkeypatch):
    """Build without network, home and /tmp; nothing changes but results and caches of the copy."""
    folders = {"HOME": tmp_path / "home", "TMPDIR": tmp_path / "tmp"}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)

    def build(workflow, *arguments):
        for folder in folders.values():
            folder.mkdir()
        variables = {name: str(folder) for name, folder in folders.items()}
        variables["EMERGENCE_BUILD_DIR"] = ""  # where a user's jobs compile
        before = _others(workflow.folder)
        options = {"wrapper": without_network, "environment": variables}
        done = workflow.snakemake("--cores", 1, *arguments, **options)
        assert done.returncode == 0, done.stdout[-4000:]
        assert _others(workflow.folder) == before
        for folder in folders.values():
            assert [path for path in folder.rglob("*") if path.is_file()] == []

    return build


def test_jobs_of_each_kind_repeat_without_network_and_write_nothing_elsewhere(smoke, build_apart):
    """One job of each kind, made again on one core."""
    results = smoke.folder / RESULTS
    before = hashes(results)
    made = [
        *("figures/fig09_multilinear_model.pdf", "figures/fig11_calibration.png"),
        *("tables/table03.csv", "theory/figure09.csv", "claims.csv", "discrepancies.csv"),
        *("fits/time_calibration.json", "fits/emergence_times.csv", "runs/time/64/0000-0000.npz"),
        *("aggregated/time_calibration.csv", "data/data/200/0000-0001.npz"),
        "runs/transformer/8/0000-0001.npz",
    ]
    for name in made:
        (results / name).unlink()
    targets = [f"{RESULTS}/{name}" for name in made]
    build_apart(smoke, *SMOKE, "--rerun-triggers", "input", "--", *targets)
    assert_equal(hashes(results), before)


def test_smoke_is_the_same_on_one_core_without_network(hard, smoke_built, fresh, build_apart):
    if not hard:
        pytest.skip("in the full run")
    build_apart(fresh, *SMOKE)
    first, second = (hashes(w.folder / RESULTS) for w in (smoke_built, fresh))
    assert len(first) > 200
    assert_equal(first, second)
