"""The web report: Snakemake's file holds all exhibits; its pages work in headless Chromium."""

import html
import json
import math
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from emergence.papers import load_paper
from emergence.report.pages import html_page

CHROMIUM = shutil.which("chromium")


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
ACTIONS = """<script>
const seen = [];
const note = (column) => seen.push([...document.querySelectorAll('tbody tr')]
  .filter((row) => row.offsetHeight).map((row) => row.cells[column].textContent));
const click = (column) => document.querySelectorAll('th button')[column].click();
note(1); click(2); note(2); click(2); note(2); click(0); note(0);
const field = document.getElementById('filter');
field.value = 'not-te'; field.dispatchEvent(new Event('input')); note(0);
seen.push(document.getElementById('shown').textContent);
document.title = JSON.stringify(seen);
</script>"""


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
def test_a_page_sorts_and_filters(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(html_page("Claims", TABLE).replace("</body>", f"{ACTIONS}</body>"))
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/p")
    command = [CHROMIUM, *options, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    seen = json.loads(html.unescape(re.search("<title>(.*?)</title>", done.stdout)[1]))
    ascending = ["-1e-09", "3", "12,346", "inf"]
    assert seen == [
        ["fail", "fail", "not-tested", "pass", "pass"],
        [*ascending, ""],  # missing values last
        [*ascending[::-1], ""],
        list(TABLE["id"]),
        ["claim-2"],
        "1 of 5 rows",
    ]
