"""Fig. 1: emergence in time, data and parameters, predicted from networks with one skill."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from paper.nam2024.figures.emergence_panels import draw_panels


def draw(
    time: pd.DataFrame,
    data: pd.DataFrame,
    parameters: pd.DataFrame,
    time_prediction: pd.DataFrame,
    data_prediction: pd.DataFrame,
    parameters_prediction: pd.DataFrame,
) -> Figure:
    """Panels with logarithmic x, as in the paper. Tables: those of `draw_panels`."""
    predictions = (time_prediction, data_prediction, parameters_prediction)
    return draw_panels((time, data, parameters), predictions, "log")
