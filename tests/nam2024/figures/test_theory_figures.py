"""Figs. 5, 6, 8, 9, 10 draw the data handed in."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from emergence.randomness import Stream, stream_key
from paper.nam2024.figures import fig05_linear_network as figure05
from paper.nam2024.figures import fig06_stage_like_training as figure06
from paper.nam2024.figures import fig08_three_neurons as figure08
from paper.nam2024.figures import fig09_multilinear_model as figure09
from paper.nam2024.figures import fig10_linear_and_multilinear as figure10
from paper.nam2024.theory.simulated_figures import (
    figure05_data,
    figure06_data,
    figure08_data,
    figure09_data,
    figure10_data,
)

AXIS = {"final_time": 100.0, "n_times": 51, "n_markers": 10, "steps_per_time": 4}
SKILLS = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.1}


@pytest.fixture
def drawn(request):
    figure = request.param()
    yield figure
    plt.close(figure)


def fifth():
    stream = Stream(stream_key(1, "figure05"), 0)
    return figure05.draw(
        figure05_data(
            mode_strengths=(1.0, 0.5, 0.25),
            initial_strength=0.001,
            learning_rate=0.15,
            network_size=6,
            stream=stream,
            **AXIS,
        )
    )


def sixth():
    return figure06.draw(
        *figure06_data(data_exponent=0.6, n_skills=5, threshold=0.05, **SKILLS, **AXIS)
    )


def eighth():
    return figure08.draw(
        *figure08_data(squared_coupling=1 / 3, final_time=100.0, n_times=51, **SKILLS)
    )


def ninth():
    return figure09.draw(figure09_data(frequencies=(0.5, 0.2, 0.1), **SKILLS, **AXIS))


def tenth():
    return figure10.draw(figure10_data(frequencies=(0.5, 0.2, 0.1), **SKILLS, **AXIS))


@pytest.mark.parametrize(
    ("drawn", "letters"),
    [(fifth, "abc"), (sixth, "ab"), (eighth, "ab"), (ninth, "ab"), (tenth, "ab")],
    indirect=["drawn"],
)
def test_panels_are_lettered_and_no_text_leaves_the_page_or_overlaps_another(drawn, letters):
    assert [ax.get_title(loc="left") for ax in drawn.axes] == [f"({letter})" for letter in letters]
    drawn.canvas.draw()
    renderer = drawn.canvas.get_renderer()
    page = drawn.bbox
    for ax in drawn.axes:
        boxes = [
            text.get_window_extent(renderer)
            for text in [*ax.texts, ax.xaxis.label, ax.yaxis.label, ax.title, ax._left_title]
            if text.get_text().strip()
        ]
        for i, box in enumerate(boxes):
            assert page.x0 - 1 <= box.x0
            assert box.x1 <= page.x1 + 1
            assert page.y0 - 1 <= box.y0
            assert box.y1 <= page.y1 + 1
            assert not any(box.overlaps(other) for other in boxes[i + 1 :])


@pytest.mark.parametrize("drawn", [ninth], indirect=True)
def test_curves_are_the_table_s(drawn):
    table = figure09_data(frequencies=(0.5, 0.2, 0.1), **SKILLS, **AXIS)
    curves = [line for line in drawn.axes[1].lines if len(line.get_xdata()) == 51]
    assert len(curves) == 3
    for line, share in zip(curves, (0.5, 0.2, 0.1), strict=True):
        rows = table[(table["frequency"] == share) & (table["source"] == "closed form")]
        np.testing.assert_array_equal(line.get_ydata(), rows["relative_strength"])
