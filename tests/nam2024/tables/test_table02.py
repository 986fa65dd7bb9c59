"""Table 2: only the limit of many skills, nothing changed, printable."""

import numpy as np
import pandas as pd
import pytest
import typst

from emergence.exhibits.typeset import typst_table
from emergence.theory.scaling_measurement import scaling_measurement_table
from paper.nam2024.tables import table02

MODEL = {"target_scale": 1.0, "initial_strength": 0.01, "learning_rate": 1.0}


@pytest.fixture(scope="module")
def measured():
    return scaling_measurement_table(
        [0.6, 0.9], n_skills=[np.inf, 1e5], tolerance=0.05, decades=1.0, points=4, **MODEL
    )


def test_rows_are_those_of_infinitely_many_skills(measured):
    table = table02.build(measured)
    assert len(table) == 8
    assert list(table["bottleneck"].unique()) == ["time", "data", "parameters", "compute"]
    wide = measured[np.isinf(measured["n_skills"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, wide[table.columns])


def test_relative_errors_are_what_they_say(measured):
    table = table02.build(measured)
    for name in ("exponent", "prefactor"):
        ratio = table[f"measured_{name}"] / table[f"predicted_{name}"]
        np.testing.assert_allclose(table[f"{name}_relative_error"], ratio - 1, atol=1e-15)


def test_a_measurement_without_the_limit_is_refused(measured):
    with pytest.raises(ValueError, match="infinite n_skills"):
        table02.build(measured[~np.isinf(measured["n_skills"])])


def test_print_names_each_law_and_its_conditions_once(measured):
    layout = table02.layout(table02.build(measured))
    assert (layout["bottleneck"] != "").sum() == 4
    assert (layout["conditions"] != "").sum() == 4
    assert typst.compile(typst_table(layout).encode(), format="svg")
