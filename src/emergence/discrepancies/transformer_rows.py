"""Row on how far the transformers that a preset trains follow the law of emergence times."""

from __future__ import annotations

import pandas as pd

from emergence.discrepancies.finding import Finding, number


def transformer_findings(exponents: pd.DataFrame) -> dict[str, Finding]:
    """Measured exponents of tau_emerge(k) with their intervals, beside alpha + 1.

    exponents: rows of `emergence.emergence_times.emergence_exponent`.
    """
    parts = [
        f"alpha {row.data_exponent:g}: {number(row.exponent)} [{number(row.low)}, "
        f"{number(row.high)}] against {row.expected:g} ({row.skills} skills, {row.runs} runs)"
        for row in exponents[exponents["architecture"] == "transformer"].itertuples()
    ]
    return {
        "38-narrow-transformer": Finding(
            f"exponent with its bootstrap interval, this preset: {'; '.join(parts)}",
            "fits/emergence_exponents.csv; sizes in settings/transformer.json",
        )
    }
