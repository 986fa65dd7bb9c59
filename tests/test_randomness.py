"""Philox against published vectors; streams against the contract of counter-based randomness."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emergence.randomness import Purpose, Stream, philox, stream_key

words32 = st.integers(0, 2**32 - 1)

# kat_vectors of Random123 (Salmon et al., SC 2011): counter, key, output.
KNOWN_ANSWERS = """
00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8
ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd
243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1
"""


def _philox_of_one(counter, key):
    """Philox4x32-10 of one counter in Python's unbounded integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high_0, low_0 = divmod(c[0] * 0xD2511F53, 2**32)
        high_1, low_1 = divmod(c[2] * 0xCD9E8D57, 2**32)
        c = [high_1 ^ c[1] ^ k[0], low_1, high_0 ^ c[3] ^ k[1], low_0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@pytest.mark.parametrize("line", KNOWN_ANSWERS.strip().splitlines())
def test_philox_gives_the_published_vectors(line):
    words = [int(word, 16) for word in line.split()]
    counters = np.array(words[:4], dtype=np.uint64)[:, None]
    assert philox(counters, tuple(words[4:6]))[:, 0].tolist() == words[6:]
    assert _philox_of_one(words[:4], words[4:6]) == words[6:]


@given(
    st.tuples(words32, words32),
    words32,
    words32,
    st.sampled_from(list(Purpose)),
    st.integers(0, 50),
)
def test_words_follow_the_documented_counter_layout(key, run, step, purpose, count):
    words = Stream(key, run).words(purpose, step, count)
    expected = [_philox_of_one((w // 4, step, run, int(purpose)), key)[w % 4] for w in range(count)]
    assert words.dtype == np.uint32
    assert words.tolist() == expected


def test_every_address_has_numbers_of_its_own():
    blocks = [
        Stream(stream_key(seed, experiment, value), run).words(purpose, step, 4).tobytes()
        for seed in (0, 1)
        for experiment in ("time", "data")
        for value in (1, 10)
        for run in (0, 1)
        for purpose in Purpose
        for step in (0, 1, 2)
    ]
    assert len(set(blocks)) == len(blocks)


def test_key_is_the_start_of_the_sha256_of_seed_and_labels():
    digest = hashlib.sha256(b"12\x1ftime\x1f1000").digest()
    expected = tuple(int.from_bytes(digest[i : i + 4], "little") for i in (0, 4))
    assert stream_key(12, "time", 1000) == expected


def test_uniform_stays_inside_the_open_interval_at_its_ends(monkeypatch):
    for word in (0, 2**32 - 1):
        monkeypatch.setattr(
            Stream, "words", lambda self, p, s, n, word=word: np.full(n, word, dtype=np.uint32)
        )
        stream = Stream((0, 0), 0)
        assert 0.0 < stream.uniform(Purpose.SIMULATION, 0, 1)[0] < 1.0
        assert np.isfinite(stream.normal(Purpose.SIMULATION, 0, 1)[0])


def test_uniform_has_52_random_bits():
    uniform = Stream((5, 6), 0).uniform(Purpose.SIMULATION, 0, 4000)
    integers = (uniform * 2.0**52 - 0.5).astype(np.uint64)
    np.testing.assert_array_equal((integers.astype(np.float64) + 0.5) * 2.0**-52, uniform)
    share = [np.mean((integers >> np.uint64(bit)) & np.uint64(1)) for bit in range(52)]
    assert np.abs(np.array(share) - 0.5).max() < 5 * 0.5 / np.sqrt(4000)


def test_numbers_are_uniform_and_normal():
    stream = Stream(stream_key(1, "numbers"), 0)
    assert stats.kstest(stream.uniform(Purpose.SIMULATION, 0, 100_000), "uniform").pvalue > 1e-3
    normal = stream.normal(Purpose.INITIALISATION, 0, 200_000)
    assert stats.kstest(normal, "norm").pvalue > 1e-3
    assert abs(normal.var() - 1.0) < 4 * np.sqrt(2 / 200_000)
    assert abs(stats.kurtosis(normal)) < 4 * np.sqrt(24 / 200_000)


def test_runs_and_steps_are_uncorrelated():
    key = stream_key(3, "correlation")
    draws = np.stack(
        [Stream(key, r).normal(Purpose.BATCH_BITS, s, 5000) for r in range(4) for s in range(4)]
    )
    correlation = np.corrcoef(draws) - np.eye(len(draws))
    assert np.abs(correlation).max() < 5 / np.sqrt(5000)
