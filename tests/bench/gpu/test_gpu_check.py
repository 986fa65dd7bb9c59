"""The GPU's check, run on a CPU at small sizes: every part, and what happens when one fails."""

import json
import os
import subprocess
import sys

import pytest

from emergence.bench.engines import Shape
from emergence.bench.gpu import correctness, report, speed
from emergence.bench.gpu.goals import GOALS, judge
from emergence.bench.gpu.parts import Part, Unit, read_parts, run_part
from emergence.bench.gpu.projection import projection_units, transformer_settings
from emergence.bench.gpu.scope import PARTS
from emergence.config.load import load_config
from emergence.jobs import planning
from emergence.jobs.packing import shards
from emergence.models.architectures import is_transformer
from emergence.models.two_layer import NetworkParameters
from emergence.store.files import write_json
from emergence.tasks.experiments import training_settings
from emergence.training.engines.choice import choice as engines
from emergence.training.engines.torch.torch_engine import TorchEngine

SHAPES = (
    Shape("time", 30, 7, "sgd", n_runs=3),
    Shape("data", 30, 7, "sgd", fixed=True, n_runs=2),
    Shape("parameters", 30, 3, "adam", n_runs=4),
)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr("emergence.bench.engines._SLICE_SECONDS", 1e-3)
    monkeypatch.setattr(planning, "_PROBE_SECONDS", 1e-3)


def rows_of(units):
    return [row for unit in units for row in unit.rows()]


def check(*engines):
    return rows_of(correctness.check_units(engines, "cpu", correctness.TINY_CASES, 5, 8))


def timed(*engines, shapes=SHAPES, repeats=2, steps=3):
    return rows_of(speed.step_units(engines, "cpu", shapes, repeats, steps, 64))


# Correctness


def test_the_engines_of_a_cpu_pass_every_check():
    rows = check("torch", "lookup")
    assert {(row["engine"], row["case"]) for row in rows} == {
        (engine, case) for engine in ("torch", "lookup") for case in correctness.TINY_CASES
    }
    assert all(row["passed"] for row in rows), rows
    assert all(row["deviation"] <= row["bound"] for row in rows)
    # packing alone may differ, and with torch only
    bounds = {(row["engine"], row["check"]): row["bound"] for row in rows}
    assert bounds["lookup", "runs alone"] == 0.0
    assert 0.0 < bounds["torch", "runs alone"] < 1e-3


def test_a_wrong_engine_does_not_pass(monkeypatch):
    class Wrong(TorchEngine):
        def _gradients(self, *arguments):
            gradients, loss = super()._gradients(*arguments)
            return {name: 1.001 * tensor for name, tensor in gradients.items()}, loss

    monkeypatch.setattr("emergence.training.engines.torch.torch_engine.TorchEngine", Wrong)
    rows = check("torch")
    assert {r["check"] for r in rows if not r["passed"]} >= {"first step against float64"}


def test_steps_in_a_wrong_order_are_not_exact(monkeypatch):
    """A fault of what does many steps at once is in the longer trainings alone."""

    class Wrong(TorchEngine):
        def advance(self, first_step, last_step, *others):
            skipped = 1 if last_step - first_step > 6 else 0
            return super().advance(first_step + skipped, last_step, *others)

    monkeypatch.setattr("emergence.training.engines.torch.torch_engine.TorchEngine", Wrong)
    assert {r["check"] for r in check("torch") if not r["passed"]} == {"interrupted training"}


def test_an_engine_that_cannot_be_made_does_not_stop_the_others(monkeypatch):
    create = correctness.create_engine

    def fail(engine, *arguments, **options):
        if engine == "absent":
            raise ImportError("no such engine")
        return create(engine, *arguments, **options)

    monkeypatch.setattr(correctness, "create_engine", fail)
    rows = check("absent", "torch")
    failed = [row for row in rows if row.get("error")]
    assert {(row["engine"], row["error"]) for row in failed} == {
        ("absent", "ImportError: no such engine")
    }
    assert {row["case"] for row in rows if row.get("passed")} == set(correctness.TINY_CASES)


@pytest.mark.parametrize("name", correctness.CASES)
def test_cases_are_ensembles_of_their_sizes(name):
    case = dict(correctness.CASES[name])
    case["runs"] = case["runs"][:1]
    ensemble = correctness.make_ensemble(**case)
    assert isinstance(ensemble.initial, NetworkParameters)
    assert ensemble.initial.width == case["width"]
    assert (ensemble.fixed_batches is not None) == ("n_batches" in case)


def test_cases_cover_what_engines_distinguish():
    cases = correctness.CASES.values()
    tasks = [case["task"] for case in cases if "task" in case]
    assert any(task.skill_bits > 32 for task in tasks)
    assert {case.get("optimizer", "sgd") for case in cases} == {"sgd", "adam"}
    assert {"n_batches" in case for case in cases} == {True, False}
    assert set(correctness.QUICK_CASES) < set(correctness.CASES)


# Speed


def test_every_method_is_timed_against_the_plain_loop():
    rows = timed("torch", "lookup", repeats=3)
    assert [(row["shape"], row["method"]) for row in rows] == [
        (shape.name, method) for shape in SHAPES for method in ("plain", "torch", "lookup")
    ]
    for row in rows:
        assert 0 < row["ms_lower"] <= row["ms_per_run_step"] <= row["ms_upper"]
        plain = next(r for r in rows if (r["shape"], r["method"]) == (row["shape"], "plain"))
        ratio = plain["ms_per_run_step"] / row["ms_per_run_step"]
        assert row["times_faster_than_plain"] == pytest.approx(ratio)
        assert ("measure_ms" in row) == (row["method"] != "plain")
        assert row["n_runs"] == (1 if row["method"] == "plain" else row["n_runs"])
    json.dumps(rows, allow_nan=False)


def test_times_are_of_one_step():
    """Doing more steps at a time changes the time of one by less than it changes their number."""

    def milliseconds(steps):
        (_, row) = timed("lookup", shapes=SHAPES[:1], repeats=9, steps=steps)
        return row["ms_per_run_step"]

    assert milliseconds(400) < 3 * milliseconds(40)


@pytest.mark.parametrize("when", ["advance", "measure", "__init__"])
def test_a_failing_engine_leaves_the_others_their_times(monkeypatch, when):
    def fail(*_, **__):
        raise RuntimeError("illegal memory access\nat line 2")

    monkeypatch.setattr(TorchEngine, when, fail)
    rows = timed("torch", "lookup", shapes=SHAPES[:1])
    by_method = {row["method"]: row for row in rows}
    assert by_method["torch"]["error"] == "RuntimeError: illegal memory access at line 2"
    assert "ms_per_run_step" not in by_method["torch"]
    for method in ("plain", "lookup"):
        assert by_method[method]["times_faster_than_plain"] > 0


def test_rates_are_positive_and_named():
    rows = list(speed.rate_rows("cpu", repeats=2, size=32, copied_bytes=4096))
    assert [row["what"] for row in rows] == [
        "matrix bfloat16",
        "matrix float16",
        "matrix float32",
        "copy",
    ]
    assert all(row["per_second"] > 0 for row in rows)


def test_engines_are_compared_with_the_larger_floor():
    rates = [
        {"what": "matrix bfloat16", "per_second": 1e12},
        {"what": "copy", "per_second": 1e9},
    ]
    steps = [{"shape": "time", "method": "torch", "ms_per_run_step": 2.0}]
    steps += [{"shape": "time", "method": "plain", "ms_per_run_step": 9.0}]
    steps += [{"shape": "data", "method": "torch", "error": "broken"}]
    steps += [{"shape": "parameters", "error": "its process died: SIGKILL"}]
    (row,) = speed.floor_rows(SHAPES, rates, steps)
    larger = max(row["operations_ms"], row["bytes_ms"])
    assert row["times_larger_floor"] == pytest.approx(2.0 / larger)


@pytest.fixture(scope="module")
def smoke():
    return load_config(["config/smoke.yaml"])


def test_transformers_are_timed_in_every_precision(smoke):
    experiments = transformer_settings(smoke)
    assert experiments.keys() == {"transformer", "transformer_control"}
    rows = rows_of(speed.transformer_units(experiments, "cpu", steps=1))
    assert [row["case"] for row in rows] == 2 * list(speed.PRECISIONS)
    for row in rows:
        settings = experiments[row["experiment"]]
        n_measured = settings["steps"] // settings["measure_every"] + 1
        seconds = settings["steps"] * row["step_seconds"] + n_measured * row["measure_seconds"]
        assert row["hours_per_run"] == pytest.approx(seconds / 3600)


def test_hours_are_projected_for_every_two_layer_experiment(smoke):
    rows = rows_of(projection_units(smoke, ["torch"], "cpu"))
    names = [n for n, block in smoke["experiments"].items() if not is_transformer(block)]
    assert [row["case"] for row in rows] == names
    for row in rows:
        assert row["jobs"] == len(shards(smoke, row["case"]))
        assert row["hours"] > 0


# Parts


def test_rows_are_written_as_they_come_and_an_error_with_them(tmp_path):
    def rows():
        yield {"a": 1}
        assert json.loads((tmp_path / "steps.json").read_text())["rows"] == [{"a": 1}]
        yield {"a": 2}
        raise ValueError("no\nmore")

    (tmp_path / "steps.json").write_text("what an earlier command left")
    part = run_part(tmp_path, "steps", lambda: [Unit({}, list)], lambda *_: rows())
    assert not part.finished
    assert part.errors == ["steps: ValueError: no more"]
    assert read_parts(tmp_path, ["steps", "rates"]) == {"steps": part, "rates": Part("rates")}


def test_units_that_cannot_be_listed_are_an_error_of_the_part(tmp_path):
    def fail():
        raise ImportError("no YAML library")

    assert run_part(tmp_path, "projection", fail).errors == [
        "projection: ImportError: no YAML library"
    ]


def test_what_cannot_be_written_is_an_error_of_its_unit(tmp_path):
    units = [Unit({"case": "c"}, lambda: [{"ms": float("nan")}]), Unit({}, lambda: [{"ms": 1.0}])]
    part = run_part(tmp_path, "steps", lambda: units)
    assert part.finished
    assert "ValueError" in part.rows[0]["error"]
    assert part.rows[1] == {"ms": 1.0}


def test_an_error_of_one_unit_is_a_row():
    def rows():
        yield {"x": 1}
        raise KeyError("gone")

    found = list(Unit({"engine": "e", "case": "c"}, rows).rows())
    assert found[0] == {"engine": "e", "case": "c", "x": 1}
    assert found[1]["error"] == "KeyError: 'gone'"
    assert Part("checks", found).errors == ["checks, e, c: KeyError: 'gone'"]


def _parts(**rows):
    return {name: Part(name, rows.get(name, []), finished=True) for name in PARTS}


REACHED = {
    "steps": [
        {"shape": "time", "method": "e", "times_faster_than_plain": 25.0},
        {"shape": "parameters", "method": "e", "times_faster_than_plain": 1500.0},
    ],
    "floors": [{"shape": "time", "method": "e", "times_larger_floor": 1.5}],
    "projection": [{"engine": "e", "case": c, "hours": 0.7} for c in ("a", "b", "c")],
    "checks": [
        {"engine": "e", "check": "first step against float64", "deviation": 1e-7},
        {"engine": "e", "check": "later step against float64", "deviation": 3e-6},
        {"engine": "f", "check": "later step against float64", "deviation": 1.0},
    ],
}


def test_goals_are_judged_by_what_was_measured():
    rows = judge(_parts(**REACHED), "e")
    assert [row["measured"] for row in rows] == [25.0, 1.5, 1500.0, pytest.approx(2.1), 3e-6]
    assert [row["reached"] for row in rows] == [True, True, True, False, True]
    assert [row["aim_reached"] for row in rows] == [False, True, True, False, False]


def test_what_was_not_measured_is_not_reached():
    for row in judge(_parts(), "e"):
        assert row["measured"] is None
        assert not row["reached"]
    unfinished = _parts(**REACHED)
    for part in unfinished.values():
        part.finished = False
    measured = dict(zip(GOALS, (r["measured"] for r in judge(unfinished, "e")), strict=True))
    assert measured["hours"] is None
    assert measured["error"] is None
    failed = _parts(**{**REACHED, "projection": [*REACHED["projection"], {"engine": "e"}]})
    assert judge(failed, "e")[3]["measured"] is None


def test_success_is_everything_finished_and_passed():
    assert report.succeeded(_parts(**REACHED).values())
    assert not report.succeeded(_parts(checks=[{"passed": False}]).values())
    assert not report.succeeded(_parts(steps=[{"error": "broken"}]).values())
    assert not report.succeeded([Part("steps")])


def test_a_summary_of_nothing_names_the_goals():
    parts = _parts(steps=[{"shape": "time", "error": "its process died: SIGKILL"}])
    text = report.summary(parts, judge(parts, "e"))
    assert "steps, time: its process died: SIGKILL" in text
    assert text.splitlines()[-len(GOALS)].strip().startswith("batch 4000, width 1000")


# The command


@pytest.fixture
def command(repository, tmp_path):
    """Run the command, where what a machine for training may lack cannot be imported."""
    for name in ("yaml", "jsonschema", "snakemake", "cffi", "matplotlib"):
        (tmp_path / "absent").mkdir(exist_ok=True)
        (tmp_path / "absent" / f"{name}.py").write_text("raise ImportError(__name__)\n")
    found = f"{tmp_path / 'absent'}{os.pathsep}{repository / 'src'}"

    def call(*arguments):
        script = repository / "scripts" / "gpu_check.py"
        return subprocess.run(
            list(map(str, [sys.executable, script, "--out", tmp_path / "out", *arguments])),
            env=os.environ | {"PYTHONPATH": found},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return call


def test_the_command_rehearsed_without_a_gpu(command, smoke, tmp_path):
    """Every part as on a GPU, in another process, on tiny networks; the table comes last."""
    experiments = {name: smoke["experiments"][name] for name in ("time", "transformer")}
    write_json(tmp_path / "smoke.json", smoke | {"experiments": experiments})
    done = command("--rehearsal", "--engines", "torch", "--config", tmp_path / "smoke.json")
    assert done.returncode == 0, done.stderr
    parts = read_parts(tmp_path / "out", PARTS)
    assert all(part.finished and part.rows and not part.errors for part in parts.values())
    assert "Checks of torch: 14 of 14 passed" in done.stdout
    for title in ("Time of a step", "Transformers", "Projected"):
        assert title in done.stdout
    assert "To be reached" not in done.stdout  # tiny networks reach nothing
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"goals.json", "steps.csv"}


def test_without_time_the_command_still_prints_what_there_is(command):
    done = command("--rehearsal", "--time-limit", 0)
    assert done.returncode == 1
    assert done.stdout.startswith("Failed:\nmachine: stopped by the time limit")
    assert "Traceback" not in done.stderr


def test_without_a_gpu_the_command_says_so_with_its_own_status(command, tmp_path):
    if engines._cuda_available():
        pytest.skip("this machine has a GPU")
    done = command()
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert "no GPU" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["time", "data", "parameters"])
def test_packing_for_a_gpu_changes_no_setting(name, repository):
    paper = repository / "config" / "paper.yaml"
    alone = load_config([paper])
    packed = load_config([paper, repository / "config" / "packing" / "gpu.yaml"])
    for experiment in alone["experiments"]:
        assert training_settings(packed, experiment) == training_settings(alone, experiment)
    assert len(shards(packed, name)) < len(shards(alone, name)) or name == "parameters"
    assert len({shard.value for shard in shards(packed, name)}) == len(shards(packed, name))
