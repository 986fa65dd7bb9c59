"""The written report: everything in it, the same bytes again, nothing measured before its costs."""

import copy
import json
import re
from dataclasses import replace

import pandas as pd
import pytest
import typst

from emergence.config.load import load_config
from emergence.report.compiling import CompilationError, compile_pdf, record
from emergence.store.files import read_json, write_csv, write_json
from emergence.verify.claims import FAIL, NOT_TESTED, PASS, Claim, claim_table

SOURCE = "paper/paper.typ"


def _inputs(results):
    return {"root": str(results.parents[1]), "sys_inputs": {"results": f"/results/{results.name}"}}


def _labels(results, names):
    """How many of the labels stand in the report."""
    selector = ".or".join(f'(label("{name}"))' for name in sorted(names))
    found = typst.query(str(results.parents[1] / SOURCE), f"selector{selector}", **_inputs(results))
    return [entry["label"].strip("<>") for entry in json.loads(found)]


TEXT_BOTTOM = (297 - 18) / 25.4 * 72  # points: A4 less the margin of paper/layout.typ

LINK_PAGES = """
#include "SOURCE"
#context {
  let links = query(link).filter(it => type(it.dest) == label)
  [#metadata(links.map(it => (str(it.dest), it.location().page()))) <places>]
}
"""
# Where each cell of the report starts and ends: page, and distance from its top in points.
CELL_PLACES = """
#show table.cell: it => { [#metadata(none) <starts>]; it; [#metadata(none) <ends>] }
#include "SOURCE"
#context {
  let place(mark) = (mark.location().page(), mark.location().position().y.pt())
  [#metadata(query(<starts>).zip(query(<ends>)).map(marks => marks.map(place))) <places>]
}
"""


def _places(results, query):
    root = results.parents[1]
    (root / "query.typ").write_text(query.replace("SOURCE", SOURCE), "utf-8")
    found = typst.query(
        str(root / "query.typ"), "<places>", field="value", one=True, **_inputs(results)
    )
    return json.loads(found)


def _compiled(root, preset):
    results = root / "results" / preset
    compile_pdf(root / SOURCE, results, results / "paper.pdf", root)
    return (results / "paper.pdf").read_bytes()


def _pages(results):
    return typst.compile(
        str(results.parents[1] / SOURCE), format="svg", ignore_system_fonts=True, **_inputs(results)
    )


def test_every_figure_table_claim_and_discrepancy_stands_in_it(made_up, registry):
    expected = {f"figure-{n}" for n in range(1, len(registry["FIGURES"]) + 1)}
    expected |= {f"table-{n}" for n in range(1, len(registry["TABLES"]) + 1)}
    for kind, file in (("claim", "claims.csv"), ("discrepancy", "discrepancies.csv")):
        expected |= {f"{kind}-{name}" for name in pd.read_csv(made_up / file)["id"]}
    found = _labels(made_up, expected | {"figure-99", "claim-absent"})
    assert sorted(found) == sorted(expected)


def _write_claims(results, notes):
    """As many claims as notes, in turn passing, failing and not tested."""
    claims = [
        Claim(
            *(1.0, n % 3, 0.5),
            id=f"claim-{n}",
            source="Eq. 1",
            statement="R_k/S is a number",
            evidence="a.csv",
            note=note,
        )
        for n, note in enumerate(notes)
    ]
    table = claim_table(replace(one, tested=one.measured != 2) for one in claims)
    write_csv(results / "claims.csv", table)
    return table


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


def test_no_row_is_split_over_pages(made_up):
    _write_claims(made_up, [f"a reason of {n} words: " + "word " * 10 * (n % 9) for n in range(99)])
    places = _places(made_up, CELL_PLACES)
    assert max(page for _, (page, _) in places) > 5
    assert [cell for cell in places if cell[0][0] != cell[1][0]] == []


def test_no_text_is_lost_below_a_page(made_up):
    """Rows of long words, just short enough to be kept whole and just too long for it."""
    words = "measurement of parameters " * 20
    _write_claims(made_up, [words[:length] for length in range(480, 511, 2)])
    ends = [y for _, (_, y) in _places(made_up, CELL_PLACES)]
    assert max(ends) < TEXT_BOTTOM


def test_a_row_longer_than_a_page_breaks(made_up):
    _write_claims(made_up, ["word " * 6000])
    assert any(start[0] < end[0] for start, end in _places(made_up, CELL_PLACES))


def test_the_same_results_give_the_same_bytes_anywhere(made_up, tmp_path_factory):
    root = made_up.parents[1]
    moved = tmp_path_factory.mktemp("elsewhere") / "root"
    outputs = [_compiled(root, made_up.name)]
    root.rename(moved)
    outputs.append(_compiled(moved, made_up.name))
    assert outputs[0].startswith(b"%PDF")
    assert b"CreationDate" not in outputs[0]
    assert outputs[0] == outputs[1]


def test_costs_change_nothing_before_their_own_section(made_up):
    before = _pages(made_up)
    costs = read_json(made_up / "paper/cost.json")
    costs["preset"] |= {"core_hours": 1.25, "energy_kwh": 77.7, "peak_memory_mb": 123.0}
    write_json(made_up / "paper/cost.json", costs)
    after = _pages(made_up)
    changed = [i for i, pages in enumerate(zip(before, after, strict=True)) if len(set(pages)) > 1]
    assert changed
    assert len(before) - min(changed) <= 2  # costs, how to rerun, references


def test_shipped_tables_and_their_training_are_named(made_up):
    facts, costs = (read_json(made_up / f"paper/{name}.json") for name in ("facts", "cost"))
    facts["config"]["source"] = "shipped"
    costs["trained"] = copy.deepcopy(costs["preset"])
    write_json(made_up / "paper/facts.json", facts)
    write_json(made_up / "paper/cost.json", costs)
    compile_pdf(made_up.parents[1] / SOURCE, made_up, made_up / "paper.pdf", made_up.parents[1])


@pytest.mark.parametrize("preset", ["default", "paper", "smoke"])
def test_every_preset_compiles(tmp_path, repository, write_results, preset):
    config = load_config([repository / "config" / f"{preset}.yaml"])
    results = write_results(tmp_path, config=config)
    compile_pdf(tmp_path / SOURCE, results, results / "paper.pdf", tmp_path)
    found = read_json(results / "paper/facts.json")["deviations"]
    assert (found == []) == (preset == "paper")


def test_rules_and_scripts_that_it_names_exist(repository):
    source = (repository / SOURCE).read_text("utf-8")
    rules = "".join(path.read_text("utf-8") for path in (repository / "workflow/rules").iterdir())
    named = re.findall(r'\.\.origin\("[^"]+", "([^"]+)", "([^"]+)"', source)
    assert len(named) >= 10
    for rule, script in named:
        assert f"rule {rule}:" in rules or f'f"{rule}"' in rules, rule
        assert (repository / "scripts" / script).is_file()


def test_broken_source_names_the_place_and_leaves_no_file(tmp_path):
    (tmp_path / "broken.typ").write_text("= Title\n\n#missing\n")
    with pytest.raises(CompilationError, match=r"unknown variable: missing\n.*broken\.typ:3"):
        compile_pdf(tmp_path / "broken.typ", tmp_path, tmp_path / "out.pdf", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["broken.typ"]


def test_a_record_holds_the_digest_of_each_file(tmp_path):
    (tmp_path / "a").write_text("a")
    made = record([tmp_path / "a"])
    assert list(made["outputs"]) == [str(tmp_path / "a")]
