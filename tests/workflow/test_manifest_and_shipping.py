"""`verify` names what is missing, altered or unexplained; shipped tables are drawn again."""

import json

import pandas as pd
import pytest

from emergence.store.files import write_json

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS = "results/smoke/nam2024"


def _verify(workflow):
    return workflow.snakemake("--cores", 1, *SMOKE, "--", "verify").stdout


def test_every_problem_is_named(smoke):
    results = smoke.folder / RESULTS
    claims = pd.read_csv(results / "claims.csv")
    claims.loc[0, ["status", "discrepancy"]] = "fail", None
    claims.to_csv(results / "claims.csv", index=False)
    (results / "figures/fig05_linear_network.png").unlink()
    (results / "report.pdf").write_bytes((results / "report.pdf").read_bytes() + b"\n")
    manifest = json.loads((results / "manifest.json").read_text())
    del manifest["outputs"][f"{RESULTS}/tables/table01.csv"]
    write_json(results / "manifest.json", manifest)
    said = _verify(smoke)
    for problem in (
        "figures/fig05_linear_network.png is missing",
        "claims.csv was altered",
        "report.pdf was altered",
        "manifest.json was altered",
        "tables/table01.csv is not in the manifest",
    ):
        assert f"{RESULTS}/{problem}" in said, said[-3000:]
    assert f"claim {claims['id'][0]}" in said
    (results / "report/record.json").unlink()
    assert "report/record.json does not exist" in _verify(smoke)


def test_a_shipped_preset_is_redrawn_without_training_and_an_altered_table_is_refused(smoke):
    smoke.build(*SMOKE, "--", "ship", cores=1)
    redraw = (*SMOKE, "config/redraw.yaml")
    planned = smoke.planned(*redraw)
    assert (planned["take_shipped"], planned["figure"]) == (10, 30)
    assert not planned.keys() & {"settings", "generate", "train", "aggregate"}
    good, altered = (f"nam2024/aggregated/{name}_runs.csv" for name in ("time", "data"))
    path = smoke.folder / "results/shipped" / altered
    path.write_text(path.read_text() + "\n")
    targets = (f"results/redraw/{good}", f"results/redraw/{altered}")
    done = smoke.snakemake("--cores", 1, "--keep-going", *redraw, "--", *targets)
    assert done.returncode != 0
    assert f"error: results/shipped/{altered} was altered" in done.stdout
    taken, shipped = (smoke.folder / f"results/{name}/{good}" for name in ("redraw", "shipped"))
    assert taken.read_bytes() == shipped.read_bytes()
