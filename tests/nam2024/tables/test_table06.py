"""Table 6: keeps the theory's numbers; conditions become mathematics that Typst accepts."""

import pandas as pd
import pytest
import typst

from emergence.exhibits.typeset import typst_table
from emergence.theory.scaling_measurement import CONDITIONS
from paper.nam2024.tables import table06
from paper.nam2024.tables.conditions import condition_markup


@pytest.fixture
def regimes():
    rows = [
        {
            "bottleneck": condition.bottleneck,
            "condition": condition.text,
            "quantity": condition.quantity,
            "alpha": alpha,
            "inside_value": 100.0,
            "violated_value": 0.1,
            "predicted_exponent": -0.5,
            "inside_exponent": -0.4999 + alpha / 1e6,
            "violated_exponent": -1e-17,
            "inside_prefactor_ratio": 1.0,
            "violated_prefactor_ratio": 7.0,
            "window_low": 1.0,
            "window_high": 2.0,
        }
        for condition in CONDITIONS
        for alpha in (0.3, 0.6)
    ]
    return pd.DataFrame(rows)


def test_rows_and_numbers_are_kept(regimes):
    table = table06.build(regimes)
    pd.testing.assert_frame_equal(table, regimes[list(table.columns)])
    assert set(regimes.columns) - set(table.columns) == {"window_low", "window_high"}


def test_print_names_law_and_condition_once_and_has_no_minus_zero(regimes):
    layout = table06.layout(table06.build(regimes))
    assert (layout["bottleneck"] != "").sum() == 4
    assert (layout["condition"] != "").sum() == len(CONDITIONS)
    source = typst_table(layout)
    assert "$-0$" not in source
    assert typst.compile(source.encode(), format="svg")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_and_quantity_compiles(condition):
    for text in (condition.text, condition.quantity):
        markup = condition_markup(text)
        assert "n_skills" not in markup
        assert "not" not in markup
        assert typst.compile(markup.encode(), format="svg")
