"""What was found and what changed, as documents show it."""

import pandas as pd
import pytest

from paper.nam2024.claims import tolerances
from paper.nam2024.judging import coverage_rows, found, tolerance_rows, verdict_rows
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


def test_findings_are_numbered_and_causes_follow():
    line = {"topic": "Loss", "verdict": "holds", "finding": "It falls.", "why": ""}
    table = pd.DataFrame([line, line | {"why": "Noise."}])
    assert found(table) == "1. **Loss: holds.** It falls.\n2. **Loss: holds.** It falls. *Noise.*\n"


def test_changed_verdicts_have_a_reason():
    before = pd.DataFrame(
        {
            "id": ["authors-run-0.1", "authors-run-0.6", "order-data", "kept"],
            "status": ["pass", "pass", "pass", "fail"],
        }
    )
    now = pd.DataFrame({"id": ["authors-time", "order-data", "kept"], "status": "fail"})
    rows = list(verdict_rows(before, now))
    assert rows[0].startswith("| `authors-run-0.1`, `authors-run-0.6` | pass | fail | One row ")
    assert rows[1].startswith("| `order-data` | pass | fail | ")
    assert len(rows) == 2
    with pytest.raises(ValueError, match="claim kept was fail, is dropped"):
        list(verdict_rows(before, now.query("id != 'kept'")))


def test_every_tolerance_and_every_interval_is_listed():
    assert len(list(tolerance_rows())) == len(
        [one for one in vars(tolerances).values() if isinstance(one, tolerances.Tolerance)]
    )
    table = pd.DataFrame({"interval": ["a", "a"], "runs": [3, 50], "coverage": [0.951, 0.949]})
    assert coverage_rows(table).endswith("| a | 95 % | 95 % |\n")
