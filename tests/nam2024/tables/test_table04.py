"""Table 4: the powers are consistent with one another, and the table prints."""

import numpy as np
import typst

from emergence.exhibits.typeset import typst_table
from emergence.theory.regimes import exponent_table
from paper.nam2024.tables import table04


def test_every_bottleneck_in_order_with_the_paper_s_exponents():
    table = table04.build(exponent_table([0.9, 0.3]).sample(frac=1, random_state=0))
    assert list(table["bottleneck"]) == [
        name for name in ("time", "data", "parameters", "compute") for _ in range(2)
    ]
    assert list(table["alpha"]) == [0.3, 0.9] * 4
    alpha = table["alpha"].to_numpy()
    divisor = {"time": alpha + 1, "data": alpha + 1, "parameters": 1, "compute": alpha + 2}
    for name, part in table.groupby("bottleneck"):
        expected = -alpha / divisor[name]
        np.testing.assert_allclose(part["loss_exponent"], expected[part.index])


def test_compute_is_shared_between_parameters_and_time():
    compute = table04.build(exponent_table([0.3, 0.6, 0.9])).query("bottleneck == 'compute'")
    np.testing.assert_allclose(compute["n_parameters_power"] + compute["time_power"], 1.0)


def test_print_names_each_bottleneck_once_and_dashes_what_is_missing():
    layout = table04.layout(table04.build(exponent_table([0.3, 0.6])))
    source = typst_table(layout)
    assert source.count("[time]") == 1
    assert source.count("[–]") == 6
    assert typst.compile(source.encode(), format="svg")
