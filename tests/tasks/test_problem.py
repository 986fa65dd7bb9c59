"""The multitask sparse parity problem against its definition (Sec. 2, App. B)."""

import itertools
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emergence.randomness import Purpose, Stream, stream_key
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    draw_skill_bits,
    draw_sparse_bits,
    most_skills,
    skill_functions,
    skill_probabilities,
    sparse_masks,
    target,
    unpack,
)

PAPER = SparseParity(n_skills=5, skill_bits=32, sparse_bits=3, data_exponent=0.6, target_scale=5.0)


@st.composite
def tasks(draw):
    skills, sparse = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    return SparseParity(
        n_skills=skills,
        sparse_bits=sparse,
        skill_bits=draw(st.integers(skills * sparse, 64)),
        data_exponent=draw(st.floats(0.05, 3)),
        target_scale=draw(st.floats(0.1, 10)),
    )


streams = st.builds(
    Stream, st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), st.integers(0, 1000)
)


@pytest.mark.parametrize(
    ("data_exponent", "n_skills"),
    [(0.05, 10**5), (0.6, 1), (0.6, 5), (3.0, 10**5)],
)
def test_probabilities_match_zeta_in_high_precision(data_exponent, n_skills):
    probabilities = skill_probabilities(data_exponent, n_skills)
    with mpmath.workdps(40):
        s = mpmath.mpf(data_exponent) + 1
        total = mpmath.zeta(s) - mpmath.zeta(s, n_skills + 1)  # partial sum of the zeta series
        for k in sorted({1, 2, 3, n_skills // 2, n_skills} & set(range(1, n_skills + 1))):
            expected = float(mpmath.mpf(k) ** -s / total)
            assert probabilities[k - 1] == pytest.approx(expected, rel=1e-14)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-13)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n_skills": 0}, "n_skills"),
        ({"skill_bits": 65}, "skill_bits"),
        ({"sparse_bits": 0}, "sparse_bits"),
        ({"n_skills": 11}, "disjoint"),
        ({"n_skills": 161, "shared_bits": 1}, "at most 160"),
        ({"shared_bits": 3}, "less than sparse_bits"),
        ({"target_scale": float("nan")}, "target_scale"),
        ({"data_exponent": 0.0}, "data_exponent"),
    ],
)
def test_task_refuses_what_is_out_of_range(change, named):
    with pytest.raises(ValueError, match=named):
        replace(PAPER, **change)


@given(tasks(), streams)
def test_sparse_bits_are_disjoint_positions(task, stream):
    bits = draw_sparse_bits(task, stream)
    assert bits.shape == (task.n_skills, task.sparse_bits)
    assert len(set(bits.ravel().tolist())) == bits.size
    assert bits.min() >= 0
    assert bits.max() < task.skill_bits
    assert (np.diff(bits, axis=1) > 0).all()


@given(streams, st.sampled_from([(100, 32, 3, 1), (500, 64, 3, 2), (12, 8, 4, 3)]))
def test_overlapping_skills_differ_and_share_few_bits(stream, sizes):
    n_skills, skill_bits, sparse_bits, shared_bits = sizes
    task = SparseParity(n_skills, skill_bits, sparse_bits, 0.6, 1.0, shared_bits)
    bits = draw_sparse_bits(task, stream)
    assert bits.shape == (n_skills, sparse_bits)
    assert (np.diff(bits, axis=1) > 0).all()
    masks = sparse_masks(bits)
    shared = np.bitwise_count(masks[:, None] & masks)
    assert shared[~np.eye(n_skills, dtype=bool)].max() <= shared_bits


@pytest.mark.parametrize(
    ("sizes", "most"), [((32, 3, 0), 10), ((7, 3, 1), 7), ((9, 3, 1), 12), ((8, 4, 2), 14)]
)
def test_the_bound_is_reached_by_known_designs(sizes, most):
    """Disjoint subsets, the Fano plane, the affine plane of order 3, the system S(3, 4, 8)."""
    assert most_skills(*sizes) == most


def test_more_skills_than_a_draw_finds_are_refused():
    with pytest.raises(ValueError, match="share at most 1, got 160"):
        draw_sparse_bits(SparseParity(160, 32, 3, 0.6, 1.0, 1), Stream((1, 2), 0))


def test_sparse_bits_are_uniform_over_positions_for_every_skill():
    task = SparseParity(3, 9, 2, 0.6, 1.0)
    key, runs = stream_key(0, "fairness"), 2000
    drawn = np.stack([draw_sparse_bits(task, Stream(key, run)) for run in range(runs)])
    for skill in range(3):
        pairs = drawn[:, skill, 0] * 9 + drawn[:, skill, 1]
        counts = np.unique(pairs, return_counts=True)[1]
        assert len(counts) == 36  # all pairs of nine positions occur
        assert stats.chisquare(counts).pvalue > 1e-3


@given(tasks(), streams, st.integers(0, 40))
def test_skill_functions_match_the_definition(task, stream, size):
    bits = draw_sparse_bits(task, stream)
    masks = sparse_masks(bits)
    batch = draw_batch(task, stream, 0, size)
    functions = skill_functions(batch.skills, batch.skill_bits, masks)
    targets = target(task, batch.skills, batch.skill_bits, masks)
    inputs = unpack(task, batch.skills, batch.skill_bits)
    assert inputs.shape == (size, task.n_skills + task.skill_bits)
    assert inputs.dtype == np.float32
    for i in range(size):
        word = int(batch.skill_bits[i])
        binary = [(word >> j) & 1 for j in range(task.skill_bits)]
        control = [int(k == batch.skills[i]) for k in range(task.n_skills)]
        assert inputs[i].tolist() == control + binary
        expected = [
            (-1) ** sum(binary[j] for j in bits[k]) if control[k] else 0
            for k in range(task.n_skills)
        ]
        assert functions[i].tolist() == expected
        assert targets[i] == task.target_scale * sum(expected)
    same = task.batch({"sparse_bits": bits}, stream, 0, size)
    np.testing.assert_array_equal(same.inputs, inputs)
    np.testing.assert_array_equal(same.targets, targets.astype(np.float32))


def test_skill_functions_are_orthonormal_over_all_inputs():
    task = SparseParity(3, 6, 2, 0.6, 1.0)
    masks = sparse_masks(draw_sparse_bits(task, Stream((1, 2), 0)))
    every = np.arange(64, dtype=np.uint64)
    for i, j in itertools.product(range(3), repeat=2):
        # on inputs of skill i: E[g_i g_j] = 1 if i = j, else 0, and E[g_i] = 0
        g = skill_functions(np.full(64, i), every, masks)
        assert np.mean(g[:, i] * g[:, j]) == (i == j)
        assert g[:, i].mean() == 0


@given(tasks(), streams, st.integers(0, 200), st.integers(0, 10**6), st.booleans())
def test_batches_are_sorted_by_skill_and_complete(task, stream, size, step, fixed):
    batch = draw_batch(task, stream, step, size, fixed)
    assert batch.skill_counts.shape == (task.n_skills,)
    assert batch.skill_counts.sum() == size == len(batch.skill_bits) == len(batch.skills)
    assert (np.diff(batch.skills) >= 0).all()
    assert int(batch.skill_bits.max(initial=0)) < 1 << task.skill_bits
    again = draw_batch(task, stream, step, size, fixed)
    np.testing.assert_array_equal(batch.skill_bits, again.skill_bits)
    np.testing.assert_array_equal(batch.skill_counts, again.skill_counts)
    other = draw_batch(task, stream, step, size, not fixed)  # uses numbers of its own
    assert size * task.skill_bits < 64 or (batch.skill_bits != other.skill_bits).any()


def test_skill_counts_are_multinomial():
    stream, batches, size = Stream(stream_key(5, "counts"), 0), 800, 200
    counts = np.stack([draw_batch(PAPER, stream, t, size).skill_counts for t in range(batches)])
    total = counts.sum(axis=0)
    p = PAPER.probabilities
    assert stats.chisquare(total, p * total.sum()).pvalue > 1e-3
    expected = size * (np.diag(p) - np.outer(p, p))
    # the variance of an estimated covariance c_ij is (c_ii c_jj + c_ij²)/batches
    spread = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / batches)
    assert (np.abs(np.cov(counts.T) - expected) < 4.5 * spread).all()


@pytest.mark.parametrize("skill_bits", [15, 64])
def test_skill_bits_are_fair_and_independent(skill_bits):
    task = SparseParity(1, skill_bits, 3, 1.0, 1.0)
    count = 20_000
    packed = draw_skill_bits(task, Stream(stream_key(9, "bits"), 0), Purpose.BATCH_BITS, 0, count)
    bits = unpack(task, np.zeros(count, dtype=np.int64), packed)[:, 1:]
    signs = 2.0 * bits - 1.0
    correlation = signs.T @ signs / count - np.eye(skill_bits)
    assert np.abs(signs.mean(axis=0)).max() < 4.5 / np.sqrt(count)
    assert np.abs(correlation).max() < 5 / np.sqrt(count)


def test_a_byte_of_eight_ones_occurs():
    # discrepancy 7: bytes drawn from 0..254 never show it, and P(bit = 1) is 127/255
    task = SparseParity(1, 8, 3, 1.0, 1.0)
    packed = draw_skill_bits(task, Stream((1, 1), 0), Purpose.BATCH_BITS, 0, 100_000)
    counts = np.bincount(packed.astype(np.int64), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3


@given(tasks())
def test_thresholds_reproduce_the_probabilities(task):
    thresholds = task.skill_thresholds.astype(np.float64)
    shares = np.diff([0.0, *thresholds, 2.0**32]) / 2.0**32
    np.testing.assert_allclose(shares, task.probabilities, atol=2.0**-31, rtol=0)
