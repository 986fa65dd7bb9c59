"""The web report: Snakemake's file holds all exhibits; its pages work in headless Chromium."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from headless_browser import CHROMIUM, DRIVER, Browser

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


NUMBERS = [3.0, np.nan, -1e-9, math.inf, 12345.6]
TABLE = pd.DataFrame(
    {
        "id": [f"claim-{i}" for i in range(5)],
        "status": ["pass", "fail", "not-tested", "pass", "fail"],
        "measured": NUMBERS,
        "note": ["a long note of many words that wraps " * 4] * 5,
    }
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Chromium without network that shows a page."""
    folder = tmp_path_factory.mktemp("browser")
    (folder / "page.html").write_text(html_page("Claims", TABLE))
    window = Browser(folder / "profile")
    try:
        window.open((folder / "page.html").as_uri())
        yield window
    finally:
        window.close()


def _shown(browser, column):
    """Texts of a column's visible cells."""
    return browser.run(
        """const names = [...document.querySelectorAll('th')].map(h => h.title);
        const rows = [...document.querySelectorAll('tbody tr')].filter(r => r.offsetHeight);
        return rows.map(r => r.cells[names.indexOf(arguments[0])].textContent)""",
        column,
    )


@pytest.mark.browser
@pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")
def test_a_page_sorts_filters_fits_and_asks_for_nothing(browser):
    assert _shown(browser, "status") == ["fail", "fail", "not-tested", "pass", "pass"]
    root = "document.documentElement"
    assert browser.run(f"return {root}.scrollWidth <= {root}.clientWidth")
    ascending = ["-1e-09", "3", "12,346", "inf"]
    for order in (ascending, ascending[::-1]):
        browser.click("//th/button[.='measured']")
        assert _shown(browser, "measured") == [*order, ""]  # missing values last
    browser.click("//th/button[.='id']")
    assert _shown(browser, "id") == list(TABLE["id"])
    browser.type("//input[@id='filter']", "not-te")
    assert _shown(browser, "id") == ["claim-2"]
    assert browser.run("return document.getElementById('shown').textContent") == "1 of 5 rows"
    assert [e for e in browser.log("browser") if e["level"] == "SEVERE"] == []
    assert [url for url in browser.requests() if not url.startswith(("file:", "data:"))] == []
