"""The web report: Snakemake's file holds all exhibits; its pages work in headless Chromium."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from browser import needs_chromium, seen

from emergence.papers import load_paper
from emergence.report.pages import html_page


@pytest.mark.workflow
def test_the_report_holds_every_exhibit_and_the_pdf(smoke_built, tmp_path):
    path = tmp_path / "report.html"
    done = smoke_built.snakemake(
        "--cores", 1, "--configfile", "config/smoke.yaml", "--report", path
    )
    assert done.returncode == 0, done.stdout[-4000:]
    report, paper = path.read_text(), load_paper("paper/nam2024")
    for entry in (*paper.figures.values(), *paper.tables.values(), *paper.pages.values()):
        assert json.dumps(entry.title)[1:-1] in report
    assert "data:application/pdf" in report


TABLE = pd.DataFrame(
    {
        "id": [f"claim-{i}" for i in range(5)],
        "status": ["pass", "fail", "not-tested", "pass", "fail"],
        "measured": [3.0, np.nan, -1e-9, math.inf, 12345.6],
    }
)
# What a reader does, and notes of what is then seen.
ACTIONS = """
const seen = [];
const note = (column) => seen.push([...document.querySelectorAll('tbody tr')]
  .filter((row) => row.offsetHeight).map((row) => row.cells[column].textContent));
const click = (column) => document.querySelectorAll('th button')[column].click();
note(1); click(2); note(2); click(2); note(2); click(0); note(0);
const field = document.getElementById('filter');
field.value = 'not-te'; field.dispatchEvent(new Event('input')); note(0);
seen.push(document.getElementById('shown').textContent);
return seen;
"""


@pytest.mark.browser
@needs_chromium
def test_a_page_sorts_and_filters(tmp_path):
    found = seen(html_page("Claims", TABLE), ACTIONS, tmp_path)
    ascending = ["-1e-09", "3", "12,346", "inf"]
    assert found == [
        ["fail", "fail", "not-tested", "pass", "pass"],
        [*ascending, ""],  # missing values last
        [*ascending[::-1], ""],
        list(TABLE["id"]),
        ["claim-2"],
        "1 of 5 rows",
    ]
