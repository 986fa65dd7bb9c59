"""What a file is made of: the closure of imports, and digests that change with the sources."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.store.provenance import (
    PACKAGE,
    code_digest,
    differing_keys,
    digest,
    file_digest,
    source_files,
    versions,
)


def _relative(module):
    return {str(path.relative_to(PACKAGE)) for path in source_files(module)}


def test_training_is_made_of_what_it_imports_transitively():
    files = _relative("emergence.training.shard")
    assert {
        "__init__.py",
        "training/__init__.py",
        "training/shard.py",
        "training/protocol.py",
        "training/engines.py",
        "training/torch_engine.py",  # imported inside a function of engines.py
        "training/ensemble.py",
        "training/measurement.py",
        "networks.py",
        "task.py",
        "randomness.py",
        "files.py",
        "provenance.py",
        "experiments.py",
    } <= files


@pytest.mark.parametrize("foreign", ["plotting/", "theory/", "tables/", "fitting", "aggregation"])
def test_training_is_not_made_of_later_stages(foreign):
    assert not [f for f in _relative("emergence.training.shard") if f.startswith(foreign)]


def test_plotting_is_not_made_of_training():
    for path in (PACKAGE / "plotting").glob("*.py"):
        module = "emergence.plotting" + ("" if path.stem == "__init__" else f".{path.stem}")
        assert not [f for f in _relative(module) if f.startswith("training/")], module


def test_closure_holds_every_module_that_python_loads():
    """Independent of the parser: import the module and look at what was loaded."""
    for module in (
        "emergence.training.engines.torch.torch_engine",
        "emergence.analysis.fitting",
        "emergence.analysis.aggregation",
    ):
        code = (
            f"import sys, {module}\n"
            "for m in list(sys.modules.values()):\n"
            "    if m.__name__.split('.')[0] == 'emergence': print(m.__file__)"
        )
        loaded = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
        assert set(loaded) <= {str(path) for path in source_files(module)}


def test_every_c_file_and_header_belongs_to_training():
    named = {str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.[ch]")}
    assert named <= _relative("emergence.training.shard")


def test_every_module_has_a_closure():
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        assert path in source_files(module)


@pytest.mark.parametrize("module", ["emergence.no_such_module", "numpy", "emergence.training.x"])
def test_unknown_module_is_refused(module):
    with pytest.raises(ValueError, match="no module"):
        source_files(module)


def _of_script(repository, name, without=()):
    files = source_files(repository / "scripts" / name, without)
    return {str(path.relative_to(repository)).removeprefix("src/emergence/") for path in files}


def test_a_script_is_made_of_itself_and_what_it_imports(repository):
    table = _of_script(repository, "table.py")
    assert {"scripts/table.py", "__init__.py", "tables/typeset.py", "files.py"} <= table
    assert "files.py" in _of_script(repository, "theory.py")


def test_aggregation_and_fits_do_not_stand_on_networks(repository):
    for script in ("aggregate.py", "fit.py", "predict.py"):
        assert not {"networks.py", "transformer_parameters.py", "experiments.py"} & _of_script(
            repository, script
        )


def test_modules_left_out_take_along_what_they_alone_import(repository):
    everything = _of_script(repository, "train.py")
    compiled = (
        "emergence.training.engines.lookup.lookup",
        "emergence.training.engines.lookup.compiler",
    )
    without = _of_script(repository, "train.py", compiled)
    assert everything - without >= {"training/lookup.py", "training/lookup.c", "training/simd.h"}
    assert "task.py" in without  # other modules import it too


def test_a_left_out_module_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no module"):
        source_files("emergence.tasks.sparse_parity.problem", ("emergence.no_such_module",))


@pytest.mark.parametrize(
    "module", ["emergence.tasks.sparse_parity.problem", "emergence.store.files"]
)
def test_the_packages_own_init_always_counts(module):
    assert "__init__.py" in _relative(module)


@pytest.fixture
def digest_of_copy(tmp_path):
    """Digest of modules computed by a copy of the package, and the copy's folder."""
    copy = tmp_path / "emergence"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = "import sys; from emergence.store.provenance import code_digest; print(code_digest(sys.argv[1:]))"

    def compute(*modules):
        return subprocess.run(
            [sys.executable, "-c", code, *modules],
            env={"PYTHONPATH": str(tmp_path), "PATH": ""},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    return compute, copy


def _append(path, text):
    path.write_text(path.read_text() + text)


def test_code_digest_changes_with_a_file_it_stands_on_alone(digest_of_copy):
    compute, copy = digest_of_copy
    training, fitting = compute("emergence.training.shard"), compute("emergence.analysis.fitting")
    assert training == code_digest(["emergence.training.shard"])  # not of where the files lie
    _append(copy / "plotting" / "style.py", "\nUNUSED = 1\n")
    assert compute("emergence.training.shard") == training
    assert compute("emergence.analysis.fitting") == fitting
    _append(copy / "training" / "protocol.py", "\nUNUSED = 1\n")
    assert compute("emergence.training.shard") != training
    assert compute("emergence.analysis.fitting") == fitting
    _append(copy / "task.py", "\nUNUSED = 1\n")
    assert compute("emergence.analysis.fitting") != fitting


def test_code_digest_changes_with_every_compiled_source(digest_of_copy):
    compute, copy = digest_of_copy
    before = compute("emergence.training.shard")
    for path in sorted(copy.rglob("*.[ch]")):
        _append(path, "\n/* changed */\n")
        after = compute("emergence.training.shard")
        assert after != before, path.name
        before = after


def test_code_digest_does_not_depend_on_the_order_of_modules():
    modules = ["emergence.tasks.sparse_parity.problem", "emergence.analysis.fitting"]
    assert code_digest(modules) == code_digest(reversed(modules))


values = st.dictionaries(st.text(max_size=4), st.integers() | st.floats(-1, 1) | st.none())


@given(values, values)
def test_digest_is_equal_for_equal_settings_alone(a, b):
    assert (digest(a) == digest(b)) == (
        json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
    )
    assert digest(dict(reversed(a.items()))) == digest(a)


def test_digest_refuses_what_json_cannot_hold():
    with pytest.raises(ValueError, match="JSON"):
        digest({"x": float("nan")})


@given(values, values)
def test_keys_differ_exactly_where_values_do(a, b):
    expected = {key for key in a.keys() | b.keys() if a.get(key, ...) != b.get(key, ...)}
    assert set(differing_keys({"x": a}, {"x": b})) == {f"x.{key}" for key in expected}


def test_file_digest_is_the_sha256_of_the_bytes(tmp_path):
    content = bytes(range(256)) * 1000
    (tmp_path / "x").write_bytes(content)
    assert file_digest(tmp_path / "x") == hashlib.sha256(content).hexdigest()


def test_versions_name_python_and_packages():
    import numpy

    table = versions(["numpy", "surely-not-installed"])
    assert table["python"] == ".".join(map(str, sys.version_info[:3]))
    assert table["numpy"] == numpy.__version__
    assert table["surely-not-installed"] == "absent"
