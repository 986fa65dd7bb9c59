"""The manifest of a built preset: complete, of this configuration, and found out if it is not."""

import json

import pytest

from emergence.store.files import write_json

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")


def _manifest(workflow):
    return json.loads((workflow.folder / "results/smoke/manifest.json").read_text())


def test_cost_counts_every_job_with_a_benchmark_once(smoke_built):
    tables = list((smoke_built.folder / "results/smoke/benchmarks").rglob("*.tsv"))
    cost = _manifest(smoke_built)["cost"]
    assert (cost["jobs"], cost["jobs_not_timed"]) == (len(tables), 0)


def test_the_manifest_says_what_trained_every_job(smoke_built):
    runs = list((smoke_built.folder / "results/smoke/runs").rglob("*.npz"))
    training = _manifest(smoke_built)["training"]
    assert sum(row["jobs"] for rows in training.values() for row in rows) == len(runs)
    assert {row["device"] for rows in training.values() for row in rows} <= {"cpu", "cuda"}


def test_jobs_of_an_earlier_configuration_cost_nothing(smoke):
    changes = {"experiments": {"data": {"dataset_sizes": [200, 500]}}}  # smoke has 1000 too
    path = smoke.preset("fewer", changes)
    before = _manifest(smoke)["cost"]["jobs"]
    smoke.build(*SMOKE, path.name, "--", "results/smoke/manifest.json")
    assert _manifest(smoke)["cost"]["jobs"] == before - 2  # one generate, one train


def _verify(workflow, *arguments):
    done = workflow.snakemake("--cores", 1, *SMOKE, *arguments, "--", "verify")
    return done.stdout


def test_an_untouched_build_has_no_problem_with_its_files(smoke):
    said = _verify(smoke)
    outputs = len(_manifest(smoke)["outputs"])
    costs = json.loads((smoke.folder / "results/smoke/paper/cost.json").read_text())  # for the PDF
    assert costs["preset"]["outputs"] == outputs
    beside = ", ".join(["manifest.json", "paper.pdf", "paper/cost.json"])
    assert f"{outputs} outputs checked, and {beside};" in said
    for problem in ("is missing", "was altered", "the manifest"):
        assert problem not in said, said[-3000:]


@pytest.mark.parametrize("lost", ["figures/fig02_scaling_laws.png", "claims.csv"])
def test_an_output_that_was_deleted_is_made_again(smoke, lost):
    (smoke.folder / "results/smoke" / lost).unlink()
    planned = smoke.planned(*SMOKE)
    rule = "figure" if lost.startswith("figures") else "claims"
    assert planned[rule] == planned["manifest"] == planned["paper"] == 1
    assert "train" not in planned


def test_a_manifest_with_fewer_outputs_fails(smoke):
    manifest = _manifest(smoke)
    name = next(iter(manifest["outputs"]))
    del manifest["outputs"][name]
    write_json(smoke.folder / "results/smoke/manifest.json", manifest)
    assert f"{name} is not in the manifest" in _verify(smoke)


def test_a_manifest_of_another_configuration_fails(smoke):
    path = smoke.preset("other", {"fitting": {"confidence": 0.9}})
    said = _verify(smoke, path.name)
    assert "the manifest is of another configuration, which differs in fitting" in said


def test_a_missing_or_altered_report_fails(smoke):
    report = smoke.folder / "results/smoke/paper.pdf"
    assert report.read_bytes().startswith(b"%PDF")
    report.write_bytes(report.read_bytes() + b"\n")
    assert "results/smoke/paper.pdf was altered" in _verify(smoke)
    report.unlink()
    assert "results/smoke/paper.pdf is missing" in _verify(smoke)
    (smoke.folder / "results/smoke/paper/record.json").unlink()
    assert "paper/record.json does not exist" in _verify(smoke)


def test_a_report_of_an_earlier_manifest_fails(smoke):
    changed = {**_manifest(smoke), "commit": "another"}
    write_json(smoke.folder / "results/smoke/manifest.json", changed)
    assert "results/smoke/manifest.json was altered" in _verify(smoke)


def test_a_shipped_preset_can_be_redrawn_and_an_altered_one_cannot(smoke):
    smoke.build(*SMOKE, "--", "ship")
    redraw = (*SMOKE, "config/redraw.yaml")
    table = "aggregated/time_runs.csv"
    smoke.build(*redraw, "--", f"results/redraw/{table}")
    shipped, taken = (smoke.folder / f"results/{name}/{table}" for name in ("shipped", "redraw"))
    assert taken.read_bytes() == shipped.read_bytes()
    assert not smoke.planned(*redraw).keys() & {"train", "generate", "settings", "aggregate"}
    refused = smoke.snakemake("--cores", 1, *redraw, "--", "ship")
    assert refused.returncode != 0
    assert "source is shipped" in refused.stdout
    shipped.write_text(shipped.read_text() + "\n")
    done = smoke.snakemake("--cores", 1, *redraw, "--", f"results/redraw/{table}")
    assert done.returncode != 0
    assert f"error: results/shipped/{table} was altered" in done.stdout
