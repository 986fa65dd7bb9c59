"""The web report in headless Chromium: loads without errors or network, shows all, sorts tables.

`make test-report` runs these. EMERGENCE_WEB_REPORT names a report.html to look at instead of one of
the smoke preset made here; EMERGENCE_SCREENSHOTS a folder that pictures are left in.
"""

import json
import math
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="the browser tests need selenium")
By = pytest.importorskip("selenium.webdriver.common.by").By
WebDriverWait = pytest.importorskip("selenium.webdriver.support.ui").WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.workflow,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="the browser tests need chromium and chromedriver"
    ),
]
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000"),
    *("--disable-quic", "--disable-sync", "--disable-background-networking"),
    *("--disable-component-update", "--no-first-run"),
)
_CATEGORIES = ["Claims", "Discrepancies", "Figures", "Paper", "Predictions", "Tables"]
_WAIT = 60


@pytest.fixture(scope="module")
def report(request):
    """A report.html beside the results that it shows."""
    made = os.environ.get("EMERGENCE_WEB_REPORT")
    if made:
        return Path(made).resolve()
    built = request.getfixturevalue("smoke_built")
    path = built.folder / "results" / "smoke" / "report.html"
    done = built.snakemake(*("--cores", 1, "--configfile", "config/smoke.yaml", "--report", path))
    assert done.returncode == 0, done.stdout[-4000:]
    return path


@pytest.fixture(scope="module")
def browser(report, tmp_path_factory):
    """Chromium without network that has loaded the report."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
        )
        driver.get_log("performance")  # forget what Chromium's own first page asked for
        driver.get(report.as_uri())
        _until(driver, lambda _: _items(driver, "Workflow"))
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def shoot(browser):
    """Leave a picture of what is shown, where pictures are wanted."""
    folder = os.environ.get("EMERGENCE_SCREENSHOTS")

    def picture(name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            browser.save_screenshot(str(Path(folder) / f"{name}.png"))

    return picture


@pytest.fixture(autouse=True)
def menu(request):
    """Every test starts at the menu."""
    driver = request.getfixturevalue("browser")
    driver.switch_to.default_content()
    driver.execute_script("app.setView({navbarMode: 'menu', content: 'rulegraph'})")
    _until(driver, lambda _: _items(driver, "Workflow"))
    return driver


def _until(driver, condition):
    return WebDriverWait(driver, _WAIT).until(condition)


def _items(driver, text):
    return driver.find_elements(By.XPATH, f"//nav//a[normalize-space()='{text}']") or (
        driver.find_elements(By.XPATH, f"//a[span[normalize-space()='{text}']]")
    )


def _open(driver, category):
    _items(driver, category)[0].click()
    return _until(driver, lambda _: driver.find_elements(By.CSS_SELECTOR, "table tbody tr"))


def _view(row):
    """The eye of a result; the information sign is the second link."""
    row.find_elements(By.TAG_NAME, "a")[0].click()


def test_categories(browser, shoot):
    for name in _CATEGORIES:
        assert _items(browser, name), name
    shoot("front")


def test_every_figure_shows(browser, shoot, report):
    rows = _open(browser, "Figures")
    figures = sorted((report.parent / "figures").glob("*.png"))
    assert len(rows) == len(figures) == 12
    for number, _ in enumerate(rows, start=1):
        row = browser.find_elements(By.CSS_SELECTOR, "table tbody tr")[number - 1]
        assert row.text.startswith(f"{number:02d}")
        _view(row)
        picture = _until(
            browser, lambda _: browser.find_elements(By.CSS_SELECTOR, "div.p-3 > img")
        )[0]
        _until(browser, lambda _, img=picture: img.get_property("naturalWidth") > 600)
        assert picture.is_displayed()
        shoot(f"figure{number:02d}")


def test_a_figure_has_its_caption_and_rule(browser, shoot):
    row = _open(browser, "Figures")[0]
    row.find_elements(By.TAG_NAME, "a")[1].click()
    shown = _until(
        browser,
        lambda _: browser.find_elements(By.XPATH, "//*[contains(text(), 'Predicting emergence')]"),
    )
    assert shown[0].is_displayed()
    page = browser.find_element(By.TAG_NAME, "body").text
    assert "figure" in page
    assert "aggregated/time.csv" in page
    shoot("caption")


def _column(driver, name):
    """Texts of a column, and the header's button."""
    headers = driver.find_elements(By.CSS_SELECTOR, "th")
    index = [header.text.rstrip(" ▲▼") for header in headers].index(name)
    cells = driver.execute_script(
        "return [...document.querySelectorAll('tbody tr')].map(r => "
        "[r.cells[arguments[0]].textContent, r.cells[arguments[0]].dataset.value ?? null])",
        index,
    )
    return cells, headers[index].find_element(By.TAG_NAME, "button")


def _numbers(cells):
    return [float(value) if value is not None else math.nan for _, value in cells]


def _page(driver, category, row=0):
    _view(_open(driver, category)[row])
    frame = _until(driver, lambda _: driver.find_elements(By.TAG_NAME, "iframe"))[0]
    driver.switch_to.frame(frame)
    _until(driver, lambda _: driver.find_elements(By.CSS_SELECTOR, "tbody tr"))


def test_claims_sort_and_filter(browser, shoot, report):
    claims = pd.read_csv(report.parent / "claims.csv")
    _page(browser, "Claims")
    cells, button = _column(browser, "id")
    assert [text for text, _ in cells] == list(claims["id"])
    shoot("claims")
    _, button = _column(browser, "measured")
    for ascending in (True, False):
        button.click()
        found = _numbers(_column(browser, "measured")[0])
        expected = claims["measured"].sort_values(ascending=ascending).to_numpy()
        assert found == pytest.approx(expected, nan_ok=True)
    shoot("claims-sorted")
    browser.find_element(By.ID, "filter").send_keys("not-tested")
    shown = [
        row for row in browser.find_elements(By.CSS_SELECTOR, "tbody tr") if row.is_displayed()
    ]
    assert len(shown) >= (claims["status"] == "not-tested").sum()
    assert all("not-tested" in row.text for row in shown)
    shoot("claims-filtered")


def test_discrepancies_sort(browser, shoot, report):
    table = pd.read_csv(report.parent / "discrepancies.csv")
    _page(browser, "Discrepancies")
    button = _column(browser, "id")[1]
    button.click()
    button.click()
    assert [text for text, _ in _column(browser, "id")[0]] == list(table["id"])[::-1]
    shoot("discrepancies")


def test_predictions_and_every_table_show(browser, shoot):
    _page(browser, "Predictions")
    shoot("predictions")
    browser.switch_to.default_content()
    browser.execute_script("app.setView({navbarMode: 'menu', content: 'rulegraph'})")
    for row in range(6):
        _page(browser, "Tables", row)
        assert browser.find_element(By.TAG_NAME, "h1").text.startswith(f"Table {row + 1}: ")
        shoot(f"table{row + 1:02d}")
        browser.switch_to.default_content()
        browser.execute_script("app.setView({navbarMode: 'menu'})")


def test_rule_graph_and_run_times(browser, shoot):
    for item, places in (("Workflow", ["#rulegraph"]), ("Statistics", ["#runtimes", "#timeline"])):
        _items(browser, item)[0].click()
        for place in places:
            drawn = f"{place} svg, {place} canvas"
            found = _until(browser, lambda _, d=drawn: browser.find_elements(By.CSS_SELECTOR, d))
            assert found[0].size["height"] > 100
        shoot(item.lower())
    assert {"figure", "claims", "paper"} <= set(browser.execute_script("return Object.keys(rules)"))


def test_the_pdf_is_inside(browser, report):
    entry = browser.execute_script(
        "return Object.values(results).find(r => r.name === 'paper.pdf').data_uri.slice(0, 40)"
    )
    assert entry.startswith("data:application/pdf")
    assert report.stat().st_size > (report.parent / "paper.pdf").stat().st_size


# Last: what all of the above said.
def test_nothing_failed_and_nothing_was_fetched(browser):
    said = [entry for entry in browser.get_log("browser") if entry["level"] != "INFO"]
    errors = [entry["message"] for entry in said if entry["level"] == "SEVERE"]
    assert errors == []
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert asked
    assert [url[:100] for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
