"""Laws fitted to the grid of grokking delays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def delay_laws(*, scan: pd.DataFrame) -> pd.DataFrame:
    """Power laws by least squares in logarithms: columns law, exponent, prefactor, error, runs.

    decay: epoch of test accuracy ≥ 0.8 against weight decay, panel a. ratio: delay (test over
    training epoch) against the initial output over the target, all other runs. weights, target,
    output: of the same runs, one law with a power of each factor, which has one prefactor. error:
    standard error of the exponent.
    """
    decay, ratio = scan[scan["kind"] == "decay"], scan[scan["kind"] == "ratio"]
    factors = ("weights", "target", "output")
    return pd.DataFrame(
        [
            *_powers({"decay": decay["weight_decay"]}, decay["test_80"]),
            *_powers({"ratio": ratio["output_ratio"]}, ratio["delay"]),
            *_powers({name: ratio[name] for name in factors}, ratio["delay"]),
        ]
    )


def _powers(factors: Mapping[str, pd.Series], y: pd.Series) -> list[dict[str, object]]:
    """A row for each factor's power; NaN where runs do not determine all of them."""
    columns = [np.ones(len(y)), *(np.log(x.to_numpy()) for x in factors.values())]
    table = np.column_stack(columns)[known := np.isfinite(y.to_numpy(dtype=float))]
    logs, spare = np.log(y.to_numpy(dtype=float)[known]), int(known.sum()) - table.shape[1]
    if spare < 1 or np.linalg.matrix_rank(table) < table.shape[1]:
        found = errors = np.full(table.shape[1], np.nan)
    else:
        found = np.linalg.lstsq(table, logs, rcond=None)[0]
        variance = np.sum((logs - table @ found) ** 2) / spare
        errors = np.sqrt(variance * np.diag(np.linalg.inv(table.T @ table)))
    return [
        {
            "law": name,
            "exponent": found[i],
            "prefactor": float(np.exp(found[0])),
            "error": errors[i],
            "runs": int(known.sum()),
        }
        for i, name in enumerate(factors, start=1)
    ]
