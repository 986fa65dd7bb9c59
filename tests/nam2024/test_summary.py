"""What claims say together."""

import pytest

from emergence.verify.claims import verdict


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((3, 0, 0), "holds"),
        ((3, 0, 4), "holds, mostly open"),
        ((0, 2, 1), "does not hold, some open"),
        ((3, 0, 1), "holds, some open"),
        ((2, 1, 3), "holds in part, some open"),
        ((2, 1, 4), "holds in part, mostly open"),
        ((0, 0, 4), "open"),
    ],
)
def test_verdicts_are_of_the_decided_claims(counts, said):
    assert verdict(*counts) == said


def test_a_tolerance_is_told_of_what_holds():
    assert verdict(3, 0, 0, within="30 %") == "holds within 30 %"
    assert verdict(3, 1, 0, within="30 %") == "holds in part"
