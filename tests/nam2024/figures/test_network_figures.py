"""Figures of networks: axes as in the paper, bands that stay in range, counts of runs."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from made_up import runs_table

from paper.nam2024.figures import fig01_predicting_emergence as figure01
from paper.nam2024.figures import fig11_calibration as figure11

X = np.array([1.0, 2.0, 4.0, 8.0])


def _runs(resource):
    """Two skills in four runs, of which two learn and two do not."""
    strength = np.broadcast_to(np.arange(4.0)[:, None, None] % 2, (4, 2, len(X)))
    return runs_table(strength, X, resource)


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
