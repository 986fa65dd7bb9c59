"""The row on transformers names every exponent with its interval, and only transformers."""

import pandas as pd

from emergence.discrepancies.transformer_rows import transformer_findings


def test_exponents_and_intervals_are_written_out():
    rows = [("two-layer", 0.6, 1.6, 1.7), ("transformer", 0.9, 1.9, 1.25)]
    exponents = pd.DataFrame(
        [
            {
                "architecture": architecture,
                "data_exponent": alpha,
                "expected": expected,
                "exponent": exponent,
                "low": exponent - 0.25,
                "high": exponent + 0.25,
                "skills": 4,
                "runs": 6,
            }
            for architecture, alpha, expected, exponent in rows
        ]
    )
    (finding,) = transformer_findings(exponents).values()
    assert "alpha 0.9: 1.25 [1, 1.5] against 1.9 (4 skills, 6 runs)" in finding.computed
    assert "1.7" not in finding.computed
