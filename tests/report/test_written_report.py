"""The written report: everything stands in it, failures first; equal results give equal bytes."""

import json
import shutil

import pandas as pd
import pytest
import typst

from emergence.papers import load_paper
from emergence.report.compiling import compile_pdf, report_sources
from emergence.store.files import read_json, write_json
from emergence.verify.claims import FAIL, NOT_TESTED, PASS

pytestmark = pytest.mark.workflow


@pytest.fixture(params=["nam2024", "nam2025"])
def paper(request):
    return load_paper(f"paper/{request.param}")


@pytest.fixture
def results(smoke_built, tmp_path, paper):
    """A copy of a paper's results in the preset smoke."""
    made = smoke_built.folder / "results" / "smoke" / paper.folder.name
    return shutil.copytree(made, tmp_path / "results")


def _labels(paper, results, names):
    """The labels among the names that stand in the report, in its order."""
    for source in report_sources(paper.folder):
        shutil.copy(source, results / "report")
    selector = ".or".join(f'(label("{name}"))' for name in sorted(names))
    source = str(results / "report" / "report.typ")
    found = typst.query(source, f"selector{selector}", root=str(results))
    return [entry["label"].strip("<>") for entry in json.loads(found)]


def test_every_figure_table_claim_and_discrepancy_stands_in_it(paper, results):
    claims = pd.read_csv(results / "claims.csv")
    by_status = [claims.loc[claims["status"] == name, "id"] for name in (FAIL, NOT_TESTED, PASS)]
    listed = [f"claim-{name}" for name in pd.concat(by_status)]
    expected = {*listed} | {f"figure-{n}" for n in range(1, len(paper.figures) + 1)}
    expected |= {f"table-{n}" for n in range(1, len(paper.tables) + 1)}
    rows = pd.read_csv(results / "discrepancies.csv")
    expected |= {f"discrepancy-{name}" for name in rows["id"]}
    found = _labels(paper, results, expected | {"figure-99", "claim-absent"})
    assert sorted(found) == sorted(expected)
    assert [label for label in found if label in listed] == listed


@pytest.mark.parametrize("source", ["train", "shipped"])
def test_the_same_results_give_the_same_bytes_anywhere(paper, results, source):
    """Trained here, or drawn from shipped tables, whose costs are told too."""
    facts, costs = (read_json(results / f"report/{name}.json") for name in ("facts", "cost"))
    facts["config"]["source"] = source
    costs["trained"] = costs["preset"] if source == "shipped" else None
    write_json(results / "report/facts.json", facts)
    write_json(results / "report/cost.json", costs)
    compiled = []
    for folder in (results, results.with_name("elsewhere")):
        if not folder.exists():
            results.rename(folder)
        compile_pdf(paper.folder, folder, folder / "report.pdf")
        compiled.append((folder / "report.pdf").read_bytes())
    assert compiled[0] == compiled[1]
    assert compiled[0].startswith(b"%PDF")
    assert b"CreationDate" not in compiled[0]
