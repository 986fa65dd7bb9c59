"""Which source files a job stands on, and where Snakemake may run."""

import re
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def inputs(pristine, tmp_path_factory):
    """Inputs of every job by its first output, from one dry run of the smoke preset.

    Snakemake lists them for jobs without a message, so in this copy jobs have none.
    """
    folder = tmp_path_factory.mktemp("inputs") / "workflow"
    shutil.copytree(pristine.folder, folder)
    for path in (folder / "workflow" / "rules").glob("*.smk"):
        path.write_text(re.sub(r"\n +message:\n[^\n]*", "", path.read_text()))
    done = type(pristine)(folder, pristine.build_folder).snakemake(
        "--dry-run", "--cores", 1, "--configfile", "config/smoke.yaml"
    )
    assert done.returncode == 0, done.stdout[-4000:]
    jobs = {}
    for block in re.split(r"\n(?=(?:local)?rule )", done.stdout):
        listed = re.search(r"^    input: (.*)$", block, re.MULTILINE)
        made = re.search(r"^    output: (.*)$", block, re.MULTILINE)
        if listed and made:
            jobs[made[1].split(", ")[0]] = set(listed[1].split(", "))
    assert len(jobs) > 50
    return jobs


def _of(inputs, part):
    found = [files for output, files in inputs.items() if part in output]
    assert found, f"no job makes {part}"
    return [
        {
            name.removeprefix("src/emergence/")
            for name in files
            if name.endswith((".py", ".c", ".h"))
        }
        for files in found
    ]


def test_two_layer_training_does_not_stand_on_transformers(inputs):
    for name in ("time", "data_calibration", "parameters"):
        for files in _of(inputs, f"/runs/{name}/"):
            assert not [file for file in files if "transformer" in file]
            assert {"networks.py", "training/lookup.c", "training/torch_engine.py"} <= files


def test_transformer_training_does_not_stand_on_two_layer_networks(inputs):
    for files in _of(inputs, "/runs/transformer"):
        assert {"transformer.py", "transformer_parameters.py"} <= files
        assert {"training/transformer_engine.py", "training/protocol.py"} <= files
        assert not {"networks.py", "training/lookup.c", "training/torch_engine.py"} & files


def test_every_job_stands_on_its_script_and_no_job_on_logging(inputs):
    for output, names in inputs.items():
        files = {name for name in names if name.endswith(".py")}
        assert len([name for name in files if name.startswith("scripts/")]) == 1, output
        assert "src/emergence/__init__.py" in files, output
        assert "src/emergence/cli/command.py" not in files, output


@pytest.mark.parametrize(
    ("output", "needed"),
    [
        ("/tables/table01.csv", {"tables/table01.py", "tables/typeset.py", "files.py"}),
        ("/theory/figure02.csv", {"theory/figure_data.py", "files.py", "randomness.py"}),
        ("/figures/fig02", {"plotting/figure02.py", "plotting/style.py"}),
        ("/aggregated/time_runs.csv", {"aggregation.py", "shards.py"}),
        ("/settings/time.json", {"files.py"}),
    ],
)
def test_a_job_stands_on_what_its_script_imports(inputs, output, needed):
    for files in _of(inputs, output):
        assert needed <= files


def test_settings_are_not_written_again_for_changed_training_code(inputs):
    """They would make every run stale: a job's inputs are what other jobs write."""
    for files in _of(inputs, "/settings/"):
        assert not [name for name in files if name.startswith("training/")]
        assert not {"networks.py", "experiments.py", "config.py"} & files


@pytest.mark.parametrize("preset", [(), ("smoke",)])
def test_snakemake_in_another_folder_stops_with_one_line(pristine, tmp_path, preset):
    presets = [pristine.folder / "config" / f"{name}.yaml" for name in preset]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1"),
            *("--snakefile", pristine.folder / "Snakefile"),
            *(("--configfile", *presets) if presets else ()),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "run Snakemake in the repository's root" in said
    assert "Traceback" not in said
    assert not (tmp_path / "results").exists()


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
    done = fresh.snakemake(
        *("--cores", 2, "--configfile", "config/smoke.yaml", changes.name),
        *("--", "results/smoke/runs/time/64/0000-0000.npz"),
    )
    assert re.findall(r"^threads (.*)$", done.stdout, re.MULTILINE) == ["1 1", "2 2"], done.stdout


def _run_with_inputs_alone(script, arguments, needed, built, folder, repository):
    """Run a script in a folder that holds nothing but a job's inputs."""
    for name in needed:
        root = built.folder if name.startswith("results/") else repository
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)
    done = subprocess.run(
        [sys.executable, repository / "scripts" / script, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_claims_read_nothing_but_their_inputs(inputs, smoke_built, repository, tmp_path):
    """In a folder that holds those alone, the script writes the same claims."""
    needed = {n for n in inputs["results/smoke/claims.csv"] if n.startswith("results/")}
    arguments = ("--results", "results/smoke", "--output", "claims.csv")
    _run_with_inputs_alone("claims.py", arguments, needed, smoke_built, tmp_path, repository)
    built = smoke_built.folder / "results" / "smoke" / "claims.csv"
    assert (tmp_path / "claims.csv").read_bytes() == built.read_bytes()


def test_the_written_report_reads_nothing_but_its_inputs(inputs, smoke_built, repository, tmp_path):
    """In a folder that holds those alone, the script writes the same PDF."""
    needed = {n for n in inputs["results/smoke/paper.pdf"] if not n.endswith(".py")}
    assert not {n for n in needed if n.startswith("src/")}
    arguments = (
        *("--source", "paper/paper.typ", "--results", "results/smoke"),
        *("--manifest", "results/smoke/manifest.json", "--watts-per-core", "12.0"),
        *("--cost-output", "results/smoke/paper/cost.json", "--output", "paper.pdf"),
        *("--record-output", "record.json"),
    )
    _run_with_inputs_alone("paper.py", arguments, needed, smoke_built, tmp_path, repository)
    built = smoke_built.folder / "results" / "smoke" / "paper.pdf"
    assert (tmp_path / "paper.pdf").read_bytes() == built.read_bytes()
