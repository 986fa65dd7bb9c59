"""The compute envelope against brute force over every N, and the routes to its prefactor."""

import numpy as np
import pytest

from emergence.theory.compute_envelope import compute_prefactor_table, lower_envelope
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.scaling_laws import compute_optimum

MODEL = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 1.0}


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.9, 2.0])
@pytest.mark.parametrize("n_skills", [40, 300, np.inf])
def test_envelope_is_the_least_loss_over_every_number_of_parameters(alpha, n_skills):
    computes = np.array([7.0, 60.0, 200.0, 1e4, 1e5])
    envelope = lower_envelope(computes, data_exponent=alpha, n_skills=n_skills, **MODEL)
    candidates = np.arange(1.0, min(n_skills, 800) + 1)
    for compute, loss, best in zip(computes, envelope.loss, envelope.n_parameters, strict=True):
        losses = multilinear_loss(
            compute / candidates, candidates, data_exponent=alpha, n_skills=n_skills, **MODEL
        )
        np.testing.assert_allclose(loss, losses.min(), rtol=1e-13)
        assert candidates[np.argmin(losses)] == best


def test_shape_of_the_envelope_is_that_of_the_compute():
    single = lower_envelope(100.0, data_exponent=0.6, n_skills=50, **MODEL)
    table = lower_envelope([[100.0], [200.0]], data_exponent=0.6, n_skills=50, **MODEL)
    assert table.loss.shape == (2, 1)
    assert table.loss[0, 0] == single.loss


@pytest.fixture(scope="module")
def table():
    return compute_prefactor_table(
        [0.3, 0.6, 0.9], computes=[1e4, 1e7, 1e10], n_skills=[np.inf, 50_000], **MODEL
    )


def test_envelope_of_infinitely_many_skills_tends_to_the_minimum_of_corollary_5(table):
    envelope = table[(table.route == "envelope") & np.isinf(table.n_skills)]
    for _, rows in envelope.groupby("alpha"):
        distance = np.abs(rows.sort_values("compute").ratio_to_minimum - 1)
        assert distance.is_monotonic_decreasing
        assert distance.iloc[-1] < 1e-4


def test_best_number_of_parameters_grows_as_the_law_says(table):
    envelope = table[(table.route == "envelope") & np.isinf(table.n_skills)]
    for alpha, rows in envelope.groupby("alpha"):
        allocation = compute_optimum(alpha, target_scale=5.0, initial_strength=0.01).allocation
        expected = allocation * (5.0 * rows["compute"]) ** (1.0 / (alpha + 2.0))
        assert np.all(np.abs(rows.n_parameters - expected) < 1.0 + 0.01 * expected)


def test_finite_skills_law_follows_the_envelope_of_finitely_many_skills(table):
    keys = ["alpha", "n_skills", "compute"]
    rows = table.dropna(subset="compute").set_index(keys)
    envelope = rows[rows.route == "envelope"].value
    law = rows[rows.route == "finite-skills law"].value
    early = envelope.index.get_level_values("compute") < 1e9
    difference = np.abs(law[early] / envelope[early] - 1)
    # What is left is at most half of the N-th skill, P_s(N)/2 = α/(2N) of the tail.
    bound = envelope.index.get_level_values("alpha") / 2.0
    bound = bound / rows[rows.route == "envelope"].n_parameters
    assert np.all(difference < bound[early])


def test_authors_prefactors_are_not_the_minimum(table):
    """They are 29 % and 11 % low for α = 0.3 and 0.6, and within 1 % for 0.9."""
    authors = table[table.route == "authors"].set_index("alpha").ratio_to_minimum
    np.testing.assert_allclose(authors[[0.3, 0.6, 0.9]], [0.714, 0.888, 0.990], atol=5e-4)


def test_small_strength_route_is_close(table):
    small = table[table.route == "small initial strength"]
    assert np.all(np.abs(small.ratio_to_minimum - 1) < 0.01)


def test_columns(table):
    assert list(table.columns) == [
        "alpha", "route", "n_skills", "compute", "value", "n_parameters", "ratio_to_minimum",
    ]  # fmt: skip
    assert table.value.notna().all()


def test_trivial_branch_is_left_out():
    """With too little compute for any skill, spreading it thin keeps r everywhere: (S-r)²/2."""
    envelope = lower_envelope(0.3, data_exponent=0.3, n_skills=np.inf, **MODEL)
    thin = multilinear_loss(0.0, np.inf, data_exponent=0.3, n_skills=np.inf, **MODEL)
    assert thin == pytest.approx(4.99**2 / 2)
    assert thin < envelope.loss <= 12.5


def test_compute_must_be_positive():
    with pytest.raises(ValueError, match="compute"):
        lower_envelope([0.0], data_exponent=0.6, n_skills=50, **MODEL)
