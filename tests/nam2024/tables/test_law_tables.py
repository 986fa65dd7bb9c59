"""Tables 2 and 4: the theory's numbers unchanged, each law named once in print."""

import numpy as np
import pandas as pd
import pytest

from emergence.theory.regimes import exponent_table
from paper.nam2024.tables import table02, table04

LAWS = ["time", "data", "parameters", "compute"]


def _measured():
    """Numbers of any size for every law, α and number of skills."""
    rows = [
        {"bottleneck": law, "conditions": "N >> T^(1/(alpha+1)), D >> T", "alpha": alpha}
        | {"n_skills": n_skills, "window_low": 1.0, "window_high": 2.0}
        for law in LAWS
        for alpha in (0.6, 0.9)
        for n_skills in (np.inf, 1e5)
    ]
    table = pd.DataFrame(rows)
    for number, name in enumerate(("exponent", "prefactor")):
        table[f"predicted_{name}"] = np.arange(len(table)) + number
        table[f"measured_{name}"] = np.arange(len(table)) + 0.5
        table[f"{name}_relative_error"] = 0.1 * number
    return table


def test_table_2_has_the_rows_of_infinitely_many_skills():
    measured = _measured()
    table = table02.build(measured)
    limit = measured[np.isinf(measured["n_skills"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, limit[table.columns])
    assert set(measured) - set(table) == {"n_skills", "window_low", "window_high"}
    with pytest.raises(ValueError, match="infinite n_skills"):
        table02.build(measured[~np.isinf(measured["n_skills"])])


def test_table_4_has_every_bottleneck_in_order():
    shuffled = exponent_table([0.9, 0.3]).sample(frac=1, random_state=0)
    table = table04.build(shuffled)
    assert list(table["bottleneck"]) == [name for name in LAWS for _ in range(2)]
    assert list(table["alpha"]) == [0.3, 0.9] * 4
    key = ["bottleneck", "alpha"]
    pd.testing.assert_frame_equal(
        table.set_index(key).sort_index(), shuffled.set_index(key).sort_index()
    )
