"""Figures of networks: axes as in the paper, bands that stay in range, counts of runs."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from paper.nam2024.figures import fig01_predicting_emergence as figure01
from paper.nam2024.figures import fig03_optimal_compute as figure03
from paper.nam2024.figures import fig11_calibration as figure11
from paper.nam2024.figures import fig12_rises as figure12

X = np.array([1.0, 2.0, 4.0, 8.0])


def _runs(resource):
    """Two skills in four runs, of which two learn and two do not."""
    rows = [
        {"run": run, "skill": skill, "strength": float(run % 2), "value": x, "step": 9}
        for run in range(4)
        for skill in (1, 2)
        for x in X
    ]
    table = pd.DataFrame(rows).assign(experiment=resource)
    return table.assign(step=table["value"], value=1) if resource == "time" else table


def _prediction():
    rows = [{"x": x, "skill": skill} for skill in (1, 2) for x in X]
    return pd.DataFrame(rows).assign(prediction=0.25, reference=0.75)


@pytest.fixture(params=["log", "linear"])
def drawn(request):
    module = {"log": figure01, "linear": figure11}[request.param]
    resources = ("time", "data", "parameters")
    tables = {name: _runs(name) for name in resources}
    figure = module.draw(**tables, **{f"{name}_prediction": _prediction() for name in resources})
    yield request.param, figure
    plt.close(figure)


def test_axes_are_the_papers_and_both_constants_are_drawn(drawn):
    scale, figure = drawn
    for ax in figure.axes:
        assert ax.get_xscale() == scale
        assert scale == "log" or ax.get_xlim()[0] == 0.0
        levels = {tuple(line.get_ydata()) for line in ax.lines}
        assert {(0.25,) * 4, (0.75,) * 4} <= levels


def test_what_is_all_or_nothing_has_no_band_beyond_its_range(drawn):
    """Mean ± standard deviation would reach from -0.08 to 1.08."""
    _, figure = drawn
    bands = [ax.collections for ax in figure.axes]
    assert [len(found) for found in bands] == [2, 2, 0]
    for band in (*bands[0], *bands[1]):
        heights = band.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == (0.0, 1.0)
    dots = [line for line in figure.axes[2].lines if len(line.get_ydata()) == 16]
    assert len(dots) == 2  # every run of each skill


def test_rises_are_counted_and_skills_that_no_run_learned_shown():
    curves = pd.DataFrame({"skill": 1, "run": [0, 2], "kind": "measured", "time": 1.0})
    times = pd.DataFrame({"experiment": "transformer", "skill": [1, 2], "runs": 5})
    figure = figure12.draw(curves.assign(strength=0.5), times)
    titles = [ax.get_title(loc="right") for ax in figure.axes]
    assert titles == ["$k = 1$: 2 of 5 runs", "$k = 2$: 0 of 5 runs"]
    plt.close(figure)


def test_compute_ends_with_the_laws():
    rows = [("model", 10, c, 1.0 / c) for c in (1e2, 1e5, 1e8)]
    rows += [("power law", np.nan, c, 0.5 / c) for c in (1e2, 1e5)]
    table = pd.DataFrame(rows, columns=["curve", "n_parameters", "compute", "loss"])
    figure = figure03.draw(table.assign(alpha=0.6))
    assert figure.axes[0].get_xlim() == (1e2, 1e5)
    assert figure.axes[0].get_ylim()[0] == pytest.approx(0.7e-5)
    plt.close(figure)
