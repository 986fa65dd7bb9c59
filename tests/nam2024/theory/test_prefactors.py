"""The tables of prefactors and the authors' values beside them."""

import math

import numpy as np
import pytest

from paper.nam2024.stated import PREFACTORS
from paper.nam2024.theory.compute_prefactors import compute_prefactor_table
from paper.nam2024.theory.prefactors import prefactor_table

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
def by_law():
    table = prefactor_table(ALPHAS, SETTINGS)
    assert list(dict.fromkeys(table.law)) == ["time", "data", "parameters", "compute"]
    assert set(table[table.law == "data"].n_skills) == {100}
    assert set(table[table.law != "data"].n_skills) == {"inf"}
    return {law: rows.reset_index() for law, rows in table.groupby("law")}


def test_authors_values_stand_beside_their_own_setting_only(by_law):
    np.testing.assert_array_equal(by_law["time"].authors_value, [1.29, 1.20, 1.06])
    assert np.all(np.abs(by_law["time"].value - by_law["time"].authors_value) < 0.005)
    np.testing.assert_array_equal(by_law["compute"].authors_value, [0.68, 0.70, 0.64])
    assert by_law["data"].authors_value.isna().all()
    others = prefactor_table([0.3], {"time": SETTINGS["compute"]})
    assert math.isnan(others.authors_value[0])
    assert math.isnan(prefactor_table([0.4], {"time": SETTINGS["time"]}).authors_value[0])
    assert all(entry.source for entry in PREFACTORS)


def test_each_route_to_the_compute_prefactor_is_as_near_the_minimum_as_it_should_be():
    table = compute_prefactor_table(
        ALPHAS, computes=[1e4, 1e10], n_skills=[np.inf, 50_000], **LARGE
    )
    single = table[table["compute"].isna()].pivot(
        index="alpha", columns="route", values="ratio_to_minimum"
    )
    assert np.all(single["minimum over allocation"] == 1.0)
    np.testing.assert_allclose(single["authors"], [0.714, 0.888, 0.990], atol=5e-4)
    assert np.all(np.abs(single["small initial strength"] - 1) < 0.01)
    routes = table.dropna(subset="compute").set_index(["n_skills", "compute", "alpha"]).sort_index()
    envelope, law = (routes[routes.route == route] for route in ("envelope", "finite-skills law"))
    assert np.all(np.abs(envelope.loc[np.inf, 1e10].ratio_to_minimum - 1) < 1e-4)
    # What is left is at most half of the N-th skill, P_s(N)/2 = α/(2N) of the tail.
    early = envelope.loc[50_000, 1e4]
    difference = np.abs(law.loc[50_000, 1e4].value / early.value - 1)
    assert np.all(difference < early.index / 2.0 / early.n_parameters)
