"""The table of prefactors and the authors' values beside it."""

import math

import numpy as np
import pytest

from emergence.theory.scaling_laws import scaling_exponent
from paper.nam2024.stated import PREFACTORS, authors_prefactor
from paper.nam2024.theory.prefactors import UNIT, prefactor_table

ALPHAS = [0.3, 0.6, 0.9]
SMALL = {"target_scale": 1.0, "initial_strength": 0.01, "learning_rate": 1.0}
LARGE = SMALL | {"target_scale": 5.0}
SETTINGS = {
    "compute": LARGE | {"n_skills": np.inf},
    "time": SMALL | {"n_skills": np.inf},
    "data": SMALL | {"n_skills": 100},
    "parameters": LARGE | {"n_skills": np.inf},
}


@pytest.fixture(scope="module")
def table():
    return prefactor_table(ALPHAS, SETTINGS)


def test_columns_and_order(table):
    assert list(table.columns) == [
        "law", "alpha", "target_scale", "initial_strength", "learning_rate", "n_skills",
        "value", "unit", "authors_value",
    ]  # fmt: skip
    assert list(dict.fromkeys(table.law)) == ["time", "data", "parameters", "compute"]
    assert len(table) == 12
    assert set(table.unit) == {UNIT}
    assert set(table[table.law == "data"].n_skills) == {100}
    assert set(table[table.law != "data"].n_skills) == {"inf"}


def test_values_do_not_depend_on_the_unit_of_the_target(table):
    """With S, r → cS, cr and η → η/c the value in S²/2 stays."""
    scaled = {
        law: setting
        | {
            "target_scale": 3.0 * setting["target_scale"],
            "initial_strength": 3.0 * setting["initial_strength"],
            "learning_rate": setting["learning_rate"] / 3.0,
        }
        for law, setting in SETTINGS.items()
    }
    np.testing.assert_allclose(prefactor_table(ALPHAS, scaled).value, table.value, rtol=1e-11)


def test_learning_rate_enters_as_a_change_of_the_resource(table):
    faster = {law: setting | {"learning_rate": 7.0} for law, setting in SETTINGS.items()}
    ratio = prefactor_table(ALPHAS, faster).value / table.value
    for law, alpha, found in zip(table.law, table.alpha, ratio, strict=True):
        power = scaling_exponent(law, alpha) if law in ("time", "compute") else 0.0
        np.testing.assert_allclose(found, 7.0**power, rtol=1e-11)


def test_parameter_values_are_those_of_theorem_1(table):
    """1/(αζ(α+1)) to the three digits of the list of discrepancies."""
    values = table[table.law == "parameters"].value
    np.testing.assert_allclose(values, [0.848, 0.729, 0.635], atol=5e-4)
    assert set(table[table.law == "parameters"].authors_value) == {1.0}


def test_authors_values_stand_beside_their_own_setting_only(table):
    time = table[table.law == "time"]
    np.testing.assert_array_equal(time.authors_value, [1.29, 1.20, 1.06])
    assert np.all(np.abs(time.value - time.authors_value) < 0.005)
    compute = table[table.law == "compute"]
    np.testing.assert_array_equal(compute.authors_value, [0.68, 0.70, 0.64])
    assert table[table.law == "data"].authors_value.isna().all()
    assert math.isnan(authors_prefactor("time", data_exponent=0.3, n_skills=np.inf, **LARGE))
    assert math.isnan(authors_prefactor("time", data_exponent=0.4, n_skills=np.inf, **SMALL))


def test_every_authors_value_has_a_source():
    assert all(entry.source for entry in PREFACTORS)


def test_unknown_law_is_refused():
    with pytest.raises(ValueError, match="energy"):
        prefactor_table(ALPHAS, {"energy": SETTINGS["time"]})
