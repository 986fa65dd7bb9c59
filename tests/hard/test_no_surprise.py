"""No network, nothing written elsewhere, no pickle; the same bytes from every way of running."""

import ast
import copy
import shutil
import subprocess

import pytest
from trees import assert_equal, hashes

from emergence.config.load import load_config
from emergence.models.names import is_transformer
from emergence.report.compiling import compile_pdf

SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS = "results/smoke/nam2024"
WHAT, REPEATED = "no surprise", "repeat run, byte-identical"
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def _names(tree):
    """(name, node) of every module that is imported and every function that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0], node
        elif isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _unpickles(name, node):
    """Whether an import or call reads or writes pickles."""
    if not isinstance(node, ast.Call):
        return name in PICKLES
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    return (
        name in ("torch.save", "eval", "exec")
        or name.endswith(("read_pickle", "to_pickle"))
        or (name == "np.load" and given.get("allow_pickle") != "False")
        or (name == "torch.load" and given.get("weights_only") != "True")
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import pickle", True),
        ("from joblib import dump", True),
        ("np.load(f)", True),
        ("np.load(f, allow_pickle=True)", True),
        ("np.load(f, allow_pickle=False)", False),
        ("torch.load(f)", True),
        ("torch.load(f, weights_only=True)", False),
        ("pd.read_pickle(f)", True),
        ("json.load(f)", False),
    ],
)
def test_pickles_are_recognised(text, found):
    assert any(_unpickles(*item) for item in _names(ast.parse(text))) == found


def test_no_code_reads_or_writes_pickles(tally, repository):
    files = [p for part in ("src", "scripts", "paper") for p in (repository / part).rglob("*.py")]
    assert len(files) > 100
    with tally.case(WHAT, f"no pickle in {len(files)} source files"):
        for path in files:
            for name, node in _names(ast.parse(path.read_text())):
                assert not _unpickles(name, node), f"{path}:{node.lineno}: {name}"


@pytest.fixture(scope="session")
def without_network():
    """Command in which there is no network interface but a loopback that is down."""
    for wrapper in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        try:
            done = subprocess.run(
                [*wrapper, "cat", "/proc/net/dev"], capture_output=True, text=True
            )
        except OSError:
            continue
        if done.returncode == 0:
            assert [line.split(":")[0].strip() for line in done.stdout.splitlines()[2:]] == ["lo"]
            return wrapper
    pytest.skip("no network namespace can be made here")


@pytest.fixture
def elsewhere(tmp_path):
    """Empty folders in place of the user's home and of /tmp, as environment variables."""
    folders = {"HOME": tmp_path / "home", "TMPDIR": tmp_path / "tmp"}
    for folder in folders.values():
        folder.mkdir()
    unset = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR")
    return {name: str(folder) for name, folder in folders.items()}, unset


def _others(folder):
    """Time and size of every file where nothing may be written, by path."""
    allowed = (folder / "results" / "smoke", folder / ".snakemake")
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and not any(map(path.is_relative_to, allowed))
    }


def _assert_nothing_elsewhere(variables):
    for name in ("HOME", "TMPDIR"):
        found = subprocess.run(["find", variables[name], "-type", "f"], capture_output=True)
        assert found.stdout == b"", f"{name}: {found.stdout.decode()}"


def _build_apart(workflow, wrapper, elsewhere, monkeypatch, *arguments):
    """Without network, home and /tmp; nothing in the copy changes but its results and caches."""
    variables, unset = elsewhere
    for name in unset:
        monkeypatch.delenv(name, raising=False)
    variables = variables | {"EMERGENCE_BUILD_DIR": ""}  # where a user's jobs compile
    before = _others(workflow.folder)
    done = workflow.snakemake("--cores", 1, *arguments, wrapper=wrapper, environment=variables)
    assert done.returncode == 0, done.stdout[-4000:]
    assert _others(workflow.folder) == before


@pytest.mark.workflow
def test_jobs_of_each_kind_repeat_without_network_and_write_nothing_elsewhere(
    tally, smoke, without_network, elsewhere, monkeypatch
):
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
    arguments = (*SMOKE, "--rerun-triggers", "input", "--", *targets)
    with tally.case(WHAT, "one job of each kind: no network, no home, no /tmp"):
        _build_apart(smoke, without_network, elsewhere, monkeypatch, *arguments)
        _assert_nothing_elsewhere(elsewhere[0])
    with tally.case(REPEATED, "one job of each kind"):
        assert_equal(hashes(results), before)


def _full(tally):
    if not tally.full:
        pytest.skip("in the full run")


@pytest.mark.workflow
def test_smoke_is_the_same_on_one_core_without_network(
    tally, smoke_built, fresh, without_network, elsewhere, monkeypatch, tmp_path
):
    _full(tally)
    again = tmp_path / "again.pdf"
    with tally.case(WHAT, "smoke: no network, no home, no /tmp"):
        _build_apart(fresh, without_network, elsewhere, monkeypatch, *SMOKE)
        _assert_nothing_elsewhere(elsewhere[0])
    with tally.case(REPEATED, "smoke, --cores 1 and --cores 2"):
        first, second = (
            hashes(w.folder / "results" / "smoke" / "nam2024") for w in (smoke_built, fresh)
        )
        assert len(first) > 200
        assert_equal(first, second)
    with tally.case(REPEATED, "the written report of both, had they cost the same"):
        first, second = (w.folder / RESULTS for w in (smoke_built, fresh))
        shutil.copy(first / "report" / "cost.json", second / "report")
        compile_pdf(fresh.folder / "paper" / "nam2024", second, again)
        assert again.read_bytes() == (first / "report.pdf").read_bytes()


@pytest.mark.workflow
def test_smoke_is_the_same_in_other_packings(tally, smoke_built, fresh):
    """Engine lookup: other ensembles, the same bytes. Jobs have other files, all else is equal."""
    _full(tally)
    config = load_config([fresh.folder / "config" / "smoke.yaml"], "nam2024")
    changes = {}
    for name, block in config["experiments"].items():
        if not is_transformer(block):
            packed = min(block["runs_per_job"], block["runs"])
            changes[name] = {"runs_per_job": packed - 1 if packed > 1 else block["runs"]}
    path = fresh.preset("packed", {"nam2024": {"experiments": copy.deepcopy(changes)}})
    with tally.case(REPEATED, f"smoke in other ensembles: {changes}"):
        fresh.build(*SMOKE, path.name)
        first, second = (
            hashes(w.folder / "results" / "smoke" / "nam2024") for w in (smoke_built, fresh)
        )
        # the report's facts, which the manifest names, say how runs were packed
        assert_equal(first, second, without=("data/", "runs/", "report/", "outputs of"))
        assert first.keys() != second.keys()


@pytest.mark.workflow
def test_an_experiment_of_the_default_preset_is_the_same_again(tally, fresh):
    _full(tally)
    targets = [
        f"results/default/nam2024/{name}"
        for name in ("fits/time_calibration.json", "fits/time_calibration_prediction.csv")
    ]
    results = fresh.folder / "results" / "default" / "nam2024"
    found = []
    with tally.case(REPEATED, "default: time_calibration, --cores 2 and --cores 1"):
        for cores in (2, 1):
            shutil.rmtree(results, ignore_errors=True)
            fresh.build("--", *targets, cores=cores)
            found.append(hashes(results))
        assert_equal(*found)
        assert any(name.startswith("runs/") for name in found[0])
