"""What claims say together."""

import pytest

from paper.nam2024.summary import verdict


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((3, 0, 0), "holds"),
        ((3, 0, 4), "holds, mostly open"),
        ((0, 2, 1), "does not hold"),
        ((2, 1, 3), "holds in part"),
        ((2, 1, 4), "holds in part, mostly open"),
        ((0, 0, 4), "open"),
    ],
)
def test_verdicts_are_of_the_decided_claims(counts, said):
    assert verdict(*counts) == said
