"""Interactive charts: the explorer's numbers are the library's, and runs answer the pointer."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from browser import needs_chromium, seen

from emergence.report.charts import chart_page
from emergence.theory.closed_forms import multilinear_skill_fraction
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.scaling_laws import finite_skills_law, power_law
from emergence.theory.setting import Setting
from emergence.theory.skill_sums import skill_normaliser
from paper.nam2024.charts import explorer, runs

# Six digits are shown; one unit in the last of them.
SHOWN = 1e-5
POSITIONS = [
    {},
    {"alpha": 0.3, "n_skills": 1000, "S": 1.0, "coupling": 1.0},
    {"alpha": 2.0, "log_r": -6.0, "log_eta": 0.0},
    {"n_skills": 1, "log_r": -0.5, "log_eta": -3.0, "coupling": 0.005},
    {"alpha": 0.1, "n_skills": 5, "S": 10.0, "log_r": -4.5},
]


START = {"alpha": 0.6, "n_skills": 300, "S": 5.0, "log_r": -2.0, "log_eta": -1.0}
START |= {"coupling": 0.045}
# Waits until the chart is drawn; `labels` is what each mark says of itself.
READY = """
while (!window.view) await new Promise(go => setTimeout(go, 50));
const labels = () => [...document.querySelectorAll('path[aria-label]')]
  .map(e => e.getAttribute('aria-label'));
"""
MOVE = """
const found = [];
for (const place of PLACES) {
  for (const [name, value] of Object.entries(place)) {
    const slider = document.querySelector(`input[name=${name}]`);
    slider.value = value;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
  }
  await view.runAsync();
  found.push(labels());
}
return found;
"""
HOVER = """
const [place] = [...document.querySelectorAll('path[aria-label]')].filter(e =>
  e.getAttribute('aria-label').includes('(steps): 4;') &&
  e.getAttribute('aria-label').includes('run: 7;') && e.getAttribute('opacity') == 0);
const box = place.getBoundingClientRect();
const at = {bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
for (const kind of ['pointerover', 'pointermove', 'mouseover', 'mousemove'])
  document.elementFromPoint(at.clientX, at.clientY).dispatchEvent(new PointerEvent(kind, at));
await view.runAsync();
const picked = [...document.querySelectorAll('path[aria-label]')].filter(e =>
  e.getAttribute('opacity') == 1 && e.getAttribute('aria-label').includes('(steps)'))
  .map(e => e.getAttribute('aria-label').match(/run: (\\d+)/)?.[1]);
return [document.querySelector('.vg-tooltip.visible').innerText, picked];
"""


def _seen(folder, chart, script):
    """What a script sees that runs once the chart is drawn."""
    page = chart_page("Chart", chart)
    shown = "vegaEmbed('#vis', spec, embedOpt)"
    assert page.count(shown) == 1
    page = page.replace(shown, f"{shown}.then(made => {{ window.view = made.view; return made; }})")
    return seen(page, READY + script, folder)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Where the sliders stand, and R_k and the curves of the loss by T, at each of POSITIONS."""
    places = [{**START, **moved} for moved in POSITIONS]
    script = MOVE.replace("PLACES", json.dumps(places))
    chart = explorer.draw(0.6, 5.0, 0.01, 0.1)
    labels = _seen(tmp_path_factory.mktemp("browser"), chart, script)
    return list(zip(places, map(_points, labels), strict=True))


def _points(labels):
    said = [dict(re.findall(r"([^:;]+): ([^;]+)(?:; |$)", label)) for label in labels]
    table = pd.DataFrame([it for it in said if "T" in it]).rename(columns=str.strip)
    numbers = table[["k", "T", "R", "P", "L"]].apply(lambda c: c.str.replace("−", "-"))
    return numbers.astype(float).assign(curve=table["curve"])


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("position", range(len(POSITIONS)))
def test_numbers_of_the_explorer_are_the_librarys(drawn, position):
    place, found = drawn[position]
    normaliser = float(skill_normaliser(place["alpha"], place["n_skills"]))
    np.testing.assert_allclose(found["P"].max(), 1 / normaliser, rtol=SHOWN)
    setting = Setting(place["S"], 10 ** place["log_r"], 10 ** place["log_eta"])
    setting = replace(setting, learning_rate=setting.learning_rate * place["coupling"])
    strengths = found.dropna(subset="R")
    assert strengths["k"].nunique() == min(place["n_skills"], explorer.SHOWN_SKILLS)
    share = strengths["k"] ** -(place["alpha"] + 1) / normaliser
    time = 10 ** (np.round(np.log10(strengths["T"]) * 30) / 30)  # as on the grid, not as shown
    expected = setting.target_scale * multilinear_skill_fraction(time, share, setting)
    np.testing.assert_allclose(strengths["R"], expected, rtol=SHOWN)
    model = {"setting": setting, "data_exponent": place["alpha"], "n_skills": place["n_skills"]}
    laws = {
        "model": lambda time: multilinear_loss(time, **model),
        "power law (Thm. 4)": lambda time: power_law(
            "time", time, place["alpha"], setting, n_skills=place["n_skills"]
        ),
        "power law for n_s skills (Eq. 56)": lambda time: finite_skills_law("time", time, **law),
    }
    law = {"data_exponent": place["alpha"], "setting": setting, "n_skills": place["n_skills"]}
    for curve, function in laws.items():
        points = found[found["curve"] == curve]
        time = 10 ** (np.round(np.log10(points["T"].to_numpy()) * 10) / 10)
        assert len(points) > 0
        np.testing.assert_allclose(points["L"], function(time), rtol=SHOWN, err_msg=curve)


def _runs(resource):
    """Two skills in 25 runs at four x."""
    x = np.array([1.0, 2.0, 4.0, 8.0])
    rows = [
        {"run": run, "skill": skill, "strength": run / 25, "value": at, "step": 9}
        for run in range(25)
        for skill in (1, 2)
        for at in x
    ]
    table = pd.DataFrame(rows).assign(experiment=resource)
    return table.assign(step=table["value"], value=1) if resource == "time" else table


def _panels():
    rows = [{"x": x, "skill": skill} for skill in (1, 2) for x in (1.0, 8.0)]
    curve = pd.DataFrame(rows).assign(prediction=0.25, reference=0.75)
    names = ("time", "data", "parameters")
    return {n: _runs(n) for n in names} | {f"{n}_prediction": curve for n in names}


@pytest.mark.parametrize("draw", [runs.emergence, runs.calibration])
def test_a_chart_holds_the_first_runs_the_mean_of_all_and_both_models(draw):
    spec = draw(**_panels()).to_dict()
    for panel in spec["hconcat"]:
        rows = [spec["datasets"][layer["data"]["name"]] for layer in panel["layer"]]
        runs_shown = {row["run"] for table in rows for row in table if "run" in row}
        assert runs_shown == set(range(runs.MOST_RUNS))
        summary = pd.DataFrame([row for table in rows for row in table if "curve" in row])
        means = summary.groupby("curve")["strength"].mean()
        assert means["networks, mean"] == pytest.approx(0.48)
        assert set(means.drop("networks, mean")) == {0.25, 0.75}


def test_a_page_is_complete_and_asks_for_nothing():
    page = chart_page("Runs <1>", runs.emergence(**_panels()))
    assert "<title>Runs &lt;1&gt;</title>" in page
    assert not re.search(r"<(script|link)[^>]* (src|href)=", page)


@pytest.mark.browser
@needs_chromium
def test_the_pointer_picks_a_run_and_shows_its_numbers(tmp_path):
    told, picked = _seen(tmp_path, runs.emergence(**_panels()), HOVER)
    assert told.split()[:4] == ["run", "7", "skill", "1"]
    assert told.split()[-1] == "0.2800"
    assert set(picked) - {None} == {"7"}
