"""The written report: everything in it, the same bytes again, nothing measured before its costs."""

import copy
import json
import shutil
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import typst

from emergence.config.load import load_config
from emergence.exhibits.style import save
from emergence.exhibits.typeset import typst_table
from emergence.papers import load_paper
from emergence.report.compiling import compile_pdf, report_sources
from emergence.report.cost import cost_of
from emergence.report.facts import build_facts
from emergence.store.files import read_json, write_csv, write_json, write_text
from emergence.verify.claims import FAIL, NOT_TESTED, PASS, THEORY, Claim, claim_table
from emergence.verify.findings import Finding, discrepancy_table
from emergence.verify.manifest import build_manifest
from paper.nam2024.constants import constants
from paper.nam2024.discrepancies.collection import statements

PAPER = load_paper("paper/nam2024")
TEXT_BOTTOM = (297 - 18) / 25.4 * 72  # points: A4 less the margin of layout.typ
NAMES = {"source": "Eq. 1", "evidence": "a.csv", "kind": THEORY}
PHASES = ("onset", "rise")
INTERVALS = ("Student's t", "percentile bootstrap")
CLAIMS = [
    Claim(1.0, 1.01, 0.1, id="holds", statement="R_k/S is a number", note="a reason", **NAMES),
    Claim(8e2, 4.0, 2.0, id="fails", statement="D_c", discrepancy="21-data-law-strength", **NAMES),
    Claim(1.9, float("nan"), 0.0, id="open", statement="k^(α+1) <b>&", tested=False, **NAMES),
    Claim(0.0, -1e-7, 0.0, id="bound", statement="at most one", comparison="at most", **NAMES),
]
LINK_PAGES = """
#include "report.typ"
#context {
  let links = query(link).filter(it => type(it.dest) == label)
  [#metadata(links.map(it => (str(it.dest), it.location().page()))) <places>]
}
"""
# Where each cell of the report starts and ends: page, and distance from its top in points.
CELL_PLACES = """
#show table.cell: it => { [#metadata(none) <starts>]; it; [#metadata(none) <ends>] }
#include "report.typ"
#context {
  let place(mark) = (mark.location().page(), mark.location().position().y.pt())
  [#metadata(query(<starts>).zip(query(<ends>)).map(marks => marks.map(place))) <places>]
}
"""


def _emergence(name, block):
    rows = [(name, block["resource"], k, level) for k in (1, 2) for level in (0.1, 0.9)]
    table = pd.DataFrame(rows, columns=["experiment", "resource", "skill", "level"])
    measured = [100.0, float("nan"), float("-inf"), 40000.0]
    return table.assign(predicted=110.0, measured=measured, ratio=[1.1, None, None, 0.003])


def _write_results(results, config, protocol):
    """Everything that the report of a configuration reads, made up."""
    drawn, _ = plt.subplots(figsize=(7, 2))
    for name in PAPER.figures:
        save(drawn, [results / f"figures/{name}.pdf"])
    plt.close(drawn)
    for name in PAPER.tables:
        write_text(
            results / f"tables/{name}.typ",
            typst_table(pd.DataFrame({"a": [1, 2], "b": ["x", "y_1"]})),
        )
    settings, fits = [], []
    for name, experiment in PAPER.experiments.items():
        block = config["experiments"][name]
        if experiment.role == "calibration":
            settings.append(block)
            fits.append(
                {"experiment": name, "symbol": "B²", "value": 0.0447, "low": 0.044, "high": 0.045}
                | {"confidence": 0.95, "residual": 0.01, "runs": 3, "points": 9}
            )
        elif experiment.role == "prediction":
            write_csv(results / f"fits/{name}_emergence.csv", _emergence(name, block))
    write_json(results / "report/constants.json", constants(settings, fits))
    row = {"experiment": "time", "architecture": "two-layer", "data_exponent": 0.6, "expected": 1.6}
    row |= {"exponent": 1.7, "low": 1.6, "high": 1.8, "runs": 3, "skills": 5}
    write_csv(results / "fits/emergence_exponents.csv", pd.DataFrame([row]))
    phases = [{"phase": name, "exponent": 1.8, "low": 1.7, "high": 1.9} for name in PHASES]
    write_csv(results / "fits/time_phase_exponents.csv", pd.DataFrame(phases))
    coverage = [{"interval": name, "runs": 3, "samples": 9, "coverage": 0.9} for name in INTERVALS]
    write_csv(results / "fits/interval_coverage.csv", pd.DataFrame(coverage))
    line = dict.fromkeys(("topic", "verdict", "finding", "why", "claims", "evidence"), "R_k/S is 1")
    write_csv(results / "summary.csv", pd.DataFrame([line, line | {"why": ""}]))
    claims, said = claim_table(CLAIMS), statements()
    findings = {row["id"]: Finding("1 against 2", "a.csv") for row in said}
    discrepancies = discrepancy_table(said, findings)
    write_csv(results / "claims.csv", claims)
    write_csv(results / "discrepancies.csv", discrepancies)
    facts = build_facts(PAPER, config, config, protocol, claims, discrepancies)
    write_json(results / "report/facts.json", facts)
    cost = cost_of(build_manifest(config, [], []), 12.0)
    write_json(results / "report/cost.json", {"preset": cost, "trained": None})


@pytest.fixture(scope="session")
def configuration(repository):
    """The paper's configuration in a preset."""
    return lambda preset: load_config([repository / "config" / f"{preset}.yaml"], "nam2024")


@pytest.fixture(scope="session")
def written(tmp_path_factory, configuration):
    """A made-up folder of results of the default preset."""
    results = tmp_path_factory.mktemp("written")
    _write_results(results, configuration("default"), configuration("full"))
    return results


@pytest.fixture
def made_up(written, tmp_path):
    """A copy of it."""
    return shutil.copytree(written, tmp_path / "results")


def _source(results, text='#include "report.typ"'):
    """A file that includes the report, beside a copy of its sources."""
    folder = results / "sources"
    folder.mkdir(exist_ok=True)
    for source in report_sources(PAPER.folder):
        shutil.copy(source, folder)
    (folder / "query.typ").write_text(text, "utf-8")
    return str(folder / "query.typ")


def _labels(results, names):
    """The labels among the names that stand in the report, in its order."""
    selector = ".or".join(f'(label("{name}"))' for name in sorted(names))
    found = typst.query(_source(results), f"selector{selector}", root=str(results))
    return [entry["label"].strip("<>") for entry in json.loads(found)]


def _places(results, query):
    source = _source(results, query)
    return json.loads(typst.query(source, "<places>", field="value", one=True, root=str(results)))


def _compiled(results):
    compile_pdf(PAPER.folder, results, results / "report.pdf")
    return (results / "report.pdf").read_bytes()


def _pages(results):
    return typst.compile(
        _source(results), format="svg", ignore_system_fonts=True, root=str(results)
    )


def _write_claims(results, notes):
    """As many claims as notes, in turn passing, failing and not tested."""
    claims = [
        Claim(1.0, n % 3, 0.5, id=f"claim-{n}", statement="R_k/S is a number", note=note, **NAMES)
        for n, note in enumerate(notes)
    ]
    table = claim_table(replace(one, tested=one.measured != 2) for one in claims)
    write_csv(results / "claims.csv", table)
    return table


def test_every_figure_table_claim_and_discrepancy_stands_in_it(made_up):
    expected = {f"figure-{n}" for n in range(1, len(PAPER.figures) + 1)}
    expected |= {f"table-{n}" for n in range(1, len(PAPER.tables) + 1)}
    for kind, file in (("claim", "claims.csv"), ("discrepancy", "discrepancies.csv")):
        expected |= {f"{kind}-{name}" for name in pd.read_csv(made_up / file)["id"]}
    assert sorted(_labels(made_up, expected | {"figure-99", "claim-absent"})) == sorted(expected)


def test_failing_claims_are_listed_first_and_named_on_the_first_pages(made_up):
    table = _write_claims(made_up, ["a reason"] * 30)
    by_status = [table.loc[table["status"] == name, "id"] for name in (FAIL, NOT_TESTED, PASS)]
    assert all(map(len, by_status))
    assert _labels(made_up, {f"claim-{name}" for name in table["id"]}) == [
        f"claim-{name}" for name in pd.concat(by_status)
    ]
    linked = {dest for dest, page in _places(made_up, LINK_PAGES) if page <= 2}
    assert {f"claim-{name}" for name in pd.concat(by_status[:2])} <= linked
    assert not {f"claim-{name}" for name in by_status[2]} & linked


def test_rows_are_neither_split_over_pages_nor_lost_below_one(made_up):
    """Short rows, and rows of long words: just short enough to be kept whole, just too long."""
    words = "measurement of parameters " * 20
    short = [f"a reason of {n} words: " + "word " * 10 * (n % 9) for n in range(99)]
    _write_claims(made_up, short)
    places = _places(made_up, CELL_PLACES)
    assert max(page for _, (page, _) in places) > 5
    assert [cell for cell in places if cell[0][0] != cell[1][0]] == []
    _write_claims(made_up, [words[:length] for length in range(480, 511, 2)])
    assert max(y for _, (_, y) in _places(made_up, CELL_PLACES)) < TEXT_BOTTOM


def test_a_row_longer_than_a_page_breaks(made_up):
    _write_claims(made_up, ["word " * 6000])
    assert any(start[0] < end[0] for start, end in _places(made_up, CELL_PLACES))


def test_the_same_results_give_the_same_bytes_anywhere(made_up):
    first = _compiled(made_up)
    moved = made_up.rename(made_up.with_name("elsewhere"))
    assert first.startswith(b"%PDF")
    assert b"CreationDate" not in first
    assert _compiled(moved) == first


def test_costs_change_nothing_before_their_own_section(made_up):
    before = _pages(made_up)
    costs = read_json(made_up / "report/cost.json")
    costs["preset"] |= {"core_hours": 1.25, "energy_kwh": 77.7, "peak_memory_mb": 123.0}
    write_json(made_up / "report/cost.json", costs)
    after = _pages(made_up)
    changed = [i for i, pages in enumerate(zip(before, after, strict=True)) if len(set(pages)) > 1]
    assert changed
    assert len(before) - min(changed) <= 3  # costs, how to rerun, references


def test_shipped_tables_and_their_training_are_named(made_up):
    facts, costs = (read_json(made_up / f"report/{name}.json") for name in ("facts", "cost"))
    facts["config"]["source"] = "shipped"
    costs["trained"] = copy.deepcopy(costs["preset"])
    write_json(made_up / "report/facts.json", facts)
    write_json(made_up / "report/cost.json", costs)
    _compiled(made_up)


@pytest.mark.parametrize("preset", ["full", "smoke"])
def test_presets_compile(tmp_path, configuration, preset):
    _write_results(tmp_path, configuration(preset), configuration("full"))
    _compiled(tmp_path)
    deviations = read_json(tmp_path / "report/facts.json")["deviations"]
    assert (deviations == []) == (preset == "full")
