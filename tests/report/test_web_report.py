"""The web report in headless Chromium: loads without errors or network, shows all, sorts tables.

`make test-report` runs these. EMERGENCE_WEB_REPORT names a report.html to look at instead of one of
the smoke preset made here; EMERGENCE_SCREENSHOTS a folder that pictures are left in.
"""

import math
import os
from pathlib import Path

import pandas as pd
import pytest
from headless_browser import CHROMIUM, DRIVER, Browser

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="the browser tests need chromium and chromedriver"
    ),
]
_PAPER = "nam2024"
_SUBCATEGORIES = ["Figures", "Other", "Tables"]  # other: the written report


@pytest.fixture(scope="module")
def report(request):
    """A report.html beside the results that it shows."""
    made = os.environ.get("EMERGENCE_WEB_REPORT")
    if made:
        return Path(made).resolve()
    built = request.getfixturevalue("smoke_built")
    path = built.folder / "results" / "smoke" / "report.html"
    done = built.snakemake("--cores", 1, "--configfile", "config/smoke.yaml", "--report", path)
    assert done.returncode == 0, done.stdout[-4000:]
    return path


@pytest.fixture(scope="module")
def window(report, tmp_path_factory):
    """Chromium that has loaded the report."""
    browser = Browser(tmp_path_factory.mktemp("profile"))
    try:
        browser.open(report.as_uri())
        yield browser
    finally:
        browser.close()


@pytest.fixture
def browser(window):
    """The same window, back at the menu."""
    window.leave_frame()
    _menu(window)
    return window


@pytest.fixture
def shoot(window):
    """Leave a picture of what is shown, where pictures are wanted."""
    folder = os.environ.get("EMERGENCE_SCREENSHOTS")

    def picture(name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            window.picture(Path(folder) / f"{name}.png")

    return picture


def _menu(browser):
    browser.wait(lambda: browser.run("return typeof app === 'object'"))
    browser.run("app.setView({navbarMode: 'menu', content: 'rulegraph'})")


def _item(name):
    return f"//a[span[normalize-space()='{name}']]"


def _results(browser, subcategory):
    """Texts of the results that a part of the report lists."""
    browser.click(_item("Results"))  # the name of the only category
    browser.click(_item(subcategory))
    rows = "return [...document.querySelectorAll('table tbody tr')].map(r => r.innerText.trim())"
    return browser.wait(lambda: browser.run(rows))


def _view(browser, row, link=1):
    """Click the eye of a result, or its second link: the information."""
    browser.click(f"(//table/tbody/tr)[{row}]//a[{link}]")


def _page(browser, label):
    """Open the page of a table by the first word of its row."""
    labels = [text.split()[0] for text in _results(browser, "Tables")]
    _view(browser, labels.index(label) + 1)
    browser.enter_frame()
    browser.wait(lambda: browser.run("return document.querySelectorAll('tbody tr').length"))


def _column(browser, name):
    """Texts of a column's cells, with the values that numbers carry."""
    return browser.run(
        """const names = [...document.querySelectorAll('th')].map(h => h.textContent);
        const cells = [...document.querySelectorAll('tbody tr')].map(
            r => r.cells[names.indexOf(arguments[0])]);
        return cells.map(c => [c.textContent, c.dataset.value ?? null])""",
        name,
    )


def _numbers(browser, name):
    return [float(value) if value is not None else math.nan for _, value in _column(browser, name)]


def _fits(browser):
    """Whether the table is no wider than the window: note and evidence are in sight."""
    root = "document.documentElement"
    return browser.run(f"return {root}.scrollWidth <= {root}.clientWidth")


def _sort(browser, name):
    browser.click(f"//th/button[.='{name}']")


def test_categories(browser, shoot):
    shown = browser.wait(lambda: browser.run("return document.querySelector('#app').innerText"))
    assert "Results" in shown
    browser.click(_item("Results"))
    for name in _SUBCATEGORIES:
        browser.wait(
            lambda n=name: n in browser.run("return document.querySelector('#app').innerText")
        )
    shoot("front")


def test_every_figure_shows(browser, shoot, report):
    listed = _results(browser, "Figures")
    assert sorted(int(text.split()[0]) for text in listed) == list(range(1, 13))
    seen = set()
    for row, text in enumerate(listed, start=1):
        _view(browser, row)
        # Shown, decoded, and not the picture before.
        state = """const i = document.querySelector('div.p-3 > img');
        return i && i.complete && i.naturalWidth > 600 && i.offsetHeight > 100 ? i.src : null"""
        seen.add(
            browser.wait(lambda: (src := browser.run(state)) and src not in seen and src)  # noqa: B023
        )
        shoot(f"figure{text.split()[0]}")
    assert len(seen) == 12


def test_a_figure_has_its_caption_rule_and_files(browser, shoot):
    numbers = [text.split()[0] for text in _results(browser, "Figures")]
    _view(browser, numbers.index("1") + 1, link=2)
    text = "return document.querySelector('#app').innerText"
    browser.wait(lambda: "Predicting emergence." in browser.run(text))
    shown = browser.run(text)
    assert "figure=fig01_predicting_emergence" in shown
    assert "aggregated/time.csv" in shown
    shoot("caption")


def test_claims_sort_and_filter(browser, shoot, report):
    claims = pd.read_csv(report.parent / _PAPER / "claims.csv")
    _page(browser, "claims")
    order = ["fail", "not-tested", "pass"]
    by_status = [claims.loc[claims["status"] == status, "id"] for status in order]
    assert [text for text, _ in _column(browser, "id")] == list(pd.concat(by_status))
    assert _fits(browser)
    shoot("claims")
    for ascending in (True, False):
        _sort(browser, "measured")
        expected = claims["measured"].sort_values(ascending=ascending)
        assert _numbers(browser, "measured") == pytest.approx(list(expected), nan_ok=True)
    shoot("claims-sorted")
    browser.type("//input[@id='filter']", "not-tested")
    shown = browser.run(
        "return [...document.querySelectorAll('tbody tr')].filter(r => r.offsetHeight)"
        ".map(r => r.textContent)"
    )
    assert len(shown) >= (claims["status"] == "not-tested").sum()
    assert all("not-tested" in text for text in shown)
    shoot("claims-filtered")


def test_discrepancies_sort(browser, shoot, report):
    table = pd.read_csv(report.parent / _PAPER / "discrepancies.csv")
    _page(browser, "discrepancies")
    assert _fits(browser)
    shoot("discrepancies")
    _sort(browser, "id")
    _sort(browser, "id")
    assert [text for text, _ in _column(browser, "id")] == list(table["id"])[::-1]


def test_predictions_and_every_table_show(browser, shoot):
    _page(browser, "predictions")
    assert _fits(browser)
    shoot("predictions")
    for number in map(str, range(1, 7)):
        browser.leave_frame()
        _menu(browser)
        _page(browser, number)
        assert browser.run("return document.querySelector('h1').textContent")
        assert _fits(browser)
        shoot(f"table{number}")


def test_rule_graph_and_run_times(browser, shoot):
    drawn = """const d = document.querySelector(arguments[0]);
    return d && Math.max(0, ...[...d.querySelectorAll('svg, canvas')].map(e => e.clientHeight))"""
    for item, places in (("Workflow", ["#rulegraph"]), ("Statistics", ["#runtimes", "#timeline"])):
        browser.click(_item(item))
        for place in places:
            browser.wait(lambda p=place: (browser.run(drawn, p) or 0) > 100)
        shoot(item.lower())
    assert {"figure", "nam2024_claims", "written_report"} <= set(
        browser.run("return Object.keys(rules)")
    )


def test_the_pdf_is_inside(browser, report):
    entry = browser.run(
        "return Object.values(results).find(r => r.name === 'report.pdf').data_uri.slice(0, 40)"
    )
    assert entry.startswith("data:application/pdf")
    assert report.stat().st_size > (report.parent / _PAPER / "report.pdf").stat().st_size


# Last: what all of the above said and asked for.
def test_nothing_failed_and_nothing_was_fetched(browser):
    errors = [e["message"] for e in browser.log("browser") if e["level"] == "SEVERE"]
    assert errors == []
    asked = browser.requests()
    assert asked
    assert [url[:100] for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
