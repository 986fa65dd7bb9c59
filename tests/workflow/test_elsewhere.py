"""Where Snakemake may run: in a folder of the user's own, as a module, with conda switched on."""

import re

import pytest

pytestmark = pytest.mark.workflow
FIGURE = "results/smoke/nam2024/figures/fig09_multilinear_model.pdf"
RUN = "results/smoke/nam2024/runs/time_calibration/64/0002-0002.npz"
# What Snakemake asks where conda is the way to make environments; it can make none.
CONDA = """#!/bin/sh
[ "$*" = "info --json" ] && echo '{"conda_prefix": "/nowhere", "platform": "linux-64"}'
"""
MODULE = """
configfile: "config/config.yaml"


module emergence:
    snakefile:
        "{}"
    config:
        config


use rule * from emergence
"""


def _files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_results_go_where_the_user_stands(pristine, tmp_path, monkeypatch):
    """The checkout is only read, results may move on, and conda is not asked for anything."""
    (tmp_path / "conda").write_text(CONDA)
    (tmp_path / "conda").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    before = _files(pristine.folder)
    arguments = ("--cores", 2, "--use-conda", "--snakefile", pristine.folder / "Snakefile")
    preset = ("--configfile", pristine.folder / "config" / "smoke.yaml")

    def call(folder, *options):
        (tmp_path / folder).mkdir(exist_ok=True, parents=True)
        where = ("--directory", tmp_path / folder)
        done = pristine.snakemake(*arguments, *options, *where, *preset, "--", FIGURE, RUN)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    call("first")
    assert (tmp_path / "first" / FIGURE).read_bytes().startswith(b"%PDF")
    assert (tmp_path / "first" / RUN).stat().st_size > 0
    (tmp_path / "deeper").mkdir()
    (tmp_path / "first").rename(tmp_path / "deeper" / "second")
    assert "Nothing to be done" in call("deeper/second", "--dry-run")
    assert _files(pristine.folder) == before


def test_the_workflow_is_a_module_of_another(pristine, tmp_path):
    for name, text in {
        "workflow/Snakefile": MODULE.format(pristine.folder / "Snakefile"),
        "config/config.yaml": (pristine.folder / "config" / "smoke.yaml").read_text(),
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    outer = type(pristine)(tmp_path, pristine.build_folder)
    outer.build("--", FIGURE)
    assert (tmp_path / FIGURE).read_bytes().startswith(b"%PDF")
    assert outer.planned().keys() >= {"train", "figure", "written_report", "all"}


def test_numerical_libraries_get_the_threads_of_their_rule(fresh, monkeypatch):
    """Snakemake sets them for every job, whatever the user's shell says: one for most rules."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    names = "('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')"
    say = f"import os\nprint('threads', *map(os.environ.get, {names}))\n"
    for script in ("generate.py", "train.py"):
        path = fresh.folder / "scripts" / script
        path.write_text(say + (path.read_text() if script == "generate.py" else ""))
    changes = fresh.preset("threads", {"training": {"threads": 2}})
    smoke = ("--configfile", "config/smoke.yaml", changes.name)
    done = fresh.snakemake("--cores", 2, *smoke, "--", RUN)
    assert re.findall(r"^threads (.*)$", done.stdout, re.MULTILINE) == ["1 1", "2 2"], done.stdout
