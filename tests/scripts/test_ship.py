"""Shipping writes a manifest of the shipped files; taking them refuses what was altered."""

import json
from pathlib import Path

import pytest
from forked import run_script

from emergence.store.files import write_json, write_text
from emergence.verify.manifest import build_manifest

SETTINGS = {"experiment": "time", "task": {"n_skills": 5}, "resource": "time", "steps": 100}
FILES = ("settings/time.json", "aggregated/time_runs.csv", "aggregated/time.csv")


@pytest.fixture
def call(repository, tmp_path):
    """Run a script in a folder of the test's own; returns its exit status and what it said."""

    def run(script, *arguments):
        return run_script(repository / "scripts" / script, arguments, tmp_path)

    return run


@pytest.fixture
def ship(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = tmp_path / "results" / "p"
    for name in (*FILES, "aggregated/other.csv"):
        write_text(results / name, json.dumps(SETTINGS) if name.endswith(".json") else name)
    outputs = [path.relative_to(tmp_path) for path in results.glob("aggregated/*.csv")]
    made = build_manifest({"preset": "p"}, outputs, [])
    write_json(results / "manifest.json", made)
    files = [f"results/p/{name}" for name in FILES]
    return lambda: call(
        "ship.py",
        *("--manifest", "results/p/manifest.json", "--target", "results/shipped"),
        *("--files", *files),
    )


@pytest.fixture
def take(call):
    """Take shipped files: of an experiment, or of a product that depends on `configured`."""
    shipped = "results/shipped"

    def run(configured=SETTINGS, names=FILES, settings=True):
        given = ("--settings", f"{shipped}/settings/time.json") if settings else ()
        return call(
            "take.py",
            *("--manifest", f"{shipped}/manifest.json", *given),
            *("--configured", json.dumps(configured)),
            *("--files", *(f"{shipped}/{name}" for name in names)),
            *("--outputs", *(Path(name).name for name in names)),
        )

    return run


def _assert_refused(take, tmp_path, said, *arguments, **options):
    status, words = take(*arguments, **options)
    assert status == 2
    (line,) = words.strip().splitlines()
    assert said in line
    assert not (tmp_path / "time.csv").exists()


def test_shipped_files_are_named_by_their_manifest_and_can_be_taken(ship, take, tmp_path):
    assert ship() == (0, "")
    shipped = tmp_path / "results" / "shipped"
    outputs = json.loads((shipped / "manifest.json").read_text())["outputs"]
    assert outputs.keys() == {f"results/shipped/{name}" for name in FILES}
    assert not (shipped / "aggregated" / "other.csv").exists()
    assert take()[0] == 0
    assert (tmp_path / "time_runs.csv").read_text() == "aggregated/time_runs.csv"


def test_outputs_altered_since_the_manifest_are_not_shipped(ship, tmp_path):
    (tmp_path / "results/p/aggregated/time.csv").write_text("other")
    status, said = ship()
    assert status == 2
    assert "results/p/aggregated/time.csv was altered" in said
    assert not (tmp_path / "results/shipped").exists()


def test_a_shipped_file_that_the_manifest_lacks_or_a_damaged_manifest_is_refused(
    ship, take, tmp_path
):
    ship()
    path = tmp_path / "results/shipped/manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(path.read_text()[:-5])
    _assert_refused(take, tmp_path, "manifest.json is damaged; restore results/shipped")
    del manifest["outputs"]["results/shipped/aggregated/time.csv"]
    write_json(path, manifest)
    _assert_refused(take, tmp_path, "results/shipped/aggregated/time.csv is not in")


def test_another_question_is_refused_with_the_keys_that_differ(ship, take, tmp_path):
    ship()
    other = SETTINGS | {"task": {"n_skills": 4}, "steps": 7}
    _assert_refused(take, tmp_path, "other values of task.n_skills, by preset p", other)


def test_longer_runs_of_the_same_question_are_taken_and_said(ship, take, tmp_path):
    ship()
    status, said = take(SETTINGS | {"steps": 7})
    assert status == 0
    assert "has its own steps" in said
    assert json.loads((tmp_path / "time.json").read_text()) == SETTINGS


def test_shipped_files_of_a_product_are_taken_with_its_settings_only(ship, take, tmp_path):
    ship()
    path = tmp_path / "results/shipped/manifest.json"
    write_json(path, json.loads(path.read_text()) | {"config": {"scan": {"decays": [0.1]}}})
    made, other = {"scan": {"decays": [0.1]}}, {"scan": {"decays": [0.2]}}
    one = {"names": FILES[2:], "settings": False}
    _assert_refused(take, tmp_path, "other values of scan.decays", other, **one)
    (tmp_path / "results/shipped/aggregated/time_runs.csv").write_text("other")
    assert take(made, **one)[0] == 0
    assert (tmp_path / "time.csv").read_text() == "aggregated/time.csv"
    (tmp_path / "time.csv").unlink()
    (tmp_path / "results/shipped/aggregated/time.csv").write_text("other")
    _assert_refused(take, tmp_path, "was altered since", made, **one)
