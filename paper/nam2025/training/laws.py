"""Laws of the grokking delay: what orders it, and powers fitted to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from emergence.analysis.intervals import mean_interval

ABSCISSAE = ("output_ratio", "size_ratio")


@dataclass(frozen=True)
class Laws:
    """powers: fitted exponents. orders: how well each abscissa orders the delays of a seed."""

    powers: pd.DataFrame
    orders: pd.DataFrame


def delay_laws(
    *, scan: pd.DataFrame, decays: pd.DataFrame, decaying: pd.DataFrame, confidence: float
) -> Laws:
    """What the grids of delays say, seed by seed; runs that never generalise are left out.

    powers: columns law, factor, exponent, low, high, prefactor, seeds, runs. An exponent is the
    mean over seeds of least squares in logarithms of the delay, with Student's t interval. Laws:
    grid (output_ratio and weight_decay, Adam), adamw (weight_decay), factors (weights, target,
    output), output_ratio and size_ratio (alone). solvable: the linear model, mean over its starts,
    which are no seeds and give no interval.
    orders: columns abscissa, seed, spearman (rank correlation with the delay), scatter (e to the
    root mean square of ln delay about its best monotone function), runs; scatter_late, runs_late:
    the same of runs with a delay above 1. A network that generalises before it is fitted does not
    grok.
    """
    adam, adamw = (decays[decays["optimizer"] == name] for name in ("adam", "adamw"))
    solvable = decaying[decaying["decay"] > 0].rename(columns={"decay": "weight_decay"})
    solvable = solvable.assign(
        seed=solvable["norm"], delay=solvable["measured"] / solvable["fitted"]
    )
    powers = [
        *_powers("grid", ("output_ratio", "weight_decay"), adam, confidence),
        *_powers("adamw", ("weight_decay",), adamw, confidence),
        *({**row, "low": np.nan, "high": np.nan}
          for row in _powers("solvable", ("weight_decay",), solvable, confidence)),
        *_powers("factors", ("weights", "target", "output"), scan, confidence),
        *(row for name in ABSCISSAE for row in _powers(name, (name,), scan, confidence)),
    ]  # fmt: skip
    orders = [
        {"abscissa": name, "seed": seed, **_order(rows.dropna(subset="delay"), name),
         **{f"{key}_late": value for key, value in _order(rows[rows["delay"] > 1], name).items()
            if key != "spearman"}}
        for seed, rows in scan.groupby("seed")
        for name in ABSCISSAE
    ]  # fmt: skip
    return Laws(pd.DataFrame(powers), pd.DataFrame(orders))


def _powers(
    law: str, factors: Sequence[str], runs: pd.DataFrame, confidence: float
) -> list[dict[str, object]]:
    """A row for each factor's power; NaN where the runs do not determine all of them."""
    known = runs.dropna(subset="delay")
    found = []
    for _, rows in known.groupby("seed"):
        table = np.column_stack([np.ones(len(rows)), np.log(rows[[*factors]].to_numpy(float))])
        if np.linalg.matrix_rank(table) == table.shape[1]:
            found.append(np.linalg.lstsq(table, np.log(rows["delay"]), rcond=None)[0])
    each = np.array(found).reshape(len(found), len(factors) + 1)
    prefactor = float(np.exp(each[:, 0].mean())) if len(each) else np.nan
    return [
        {
            "law": law, "factor": name,
            **dict(zip(("exponent", "low", "high"),
                       mean_interval(each[:, i], confidence), strict=True)),
            "prefactor": prefactor, "seeds": len(each), "runs": len(known),
        }
        for i, name in enumerate(factors, start=1)
    ]  # fmt: skip


def _order(runs: pd.DataFrame, name: str) -> dict[str, float]:
    if len(runs) < 3:
        return {"spearman": np.nan, "scatter": np.nan, "runs": len(runs)}
    delay = np.log(runs["delay"])
    # networks that are alike in x have one place in the order: their mean
    alike = delay.groupby(runs[name].round(9)).agg(["mean", "size"])
    fit = isotonic_regression(alike["mean"], weights=alike["size"]).x
    misses = delay - runs[name].round(9).map(dict(zip(alike.index, fit, strict=True)))
    return {
        "spearman": float(runs[[name, "delay"]].corr(method="spearman").iloc[0, 1]),
        "scatter": float(np.exp(np.sqrt(np.mean(misses**2)))),
        "runs": len(runs),
    }
