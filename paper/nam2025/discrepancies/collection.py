"""What is said (statements.json, in words) beside what is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.store.files import read_json
from emergence.theory.layerwise.kernel import FLOOR
from emergence.verify.findings import Finding, discrepancy_table, listed, number
from paper.nam2025 import stated

_STATED = "paper/nam2025/stated.py"
_STATEMENTS_FILE = Path(__file__).with_name("statements.json")


def discrepancies(
    *,
    balanced: pd.DataFrame,
    mirrored: pd.DataFrame,
    slopes: pd.DataFrame,
    delays: pd.DataFrame,
    initial: pd.DataFrame,
    emergence: Sequence[pd.DataFrame],
    pixels: pd.DataFrame,
    neurons: pd.DataFrame,
    collapse: pd.DataFrame,
    laws: pd.DataFrame,
) -> pd.DataFrame:
    """Where labels, code, second-hand texts and arithmetic disagree, with the numbers."""
    isotropic = balanced[balanced["start"] == "isotropic"]
    findings = {
        "01-scale": _scale(isotropic),
        "02-axis-a-ticks": _ticks(stated.BALANCED_SCALES),
        "03-weight-side": _sides(balanced),
        "04-axis-a": _even(isotropic),
        "05-axis-b": _asymmetry(mirrored),
        "06-axis-b-ticks": _ticks(stated.MIRRORED_SCALES),
        "07-last-update": _updates(),
        "08-loss": _loss(),
        "09-memory": _memory(),
        "11-not-balanced": _not_balanced(),
        "12-panels": _panels(),
        "13-small-input": _input(initial),
        "14-decay": _decay(delays),
        "15-growth": _growth(neurons),
        "17-single-draws": _draws(pixels, delays),
        "18-emergence": _emergence(emergence),
        "19-kernel-moves-first": _kernel(delays),
        "20-mirrored": _powers(slopes),
        "21-uncentred": _uncentred(collapse),
        "22-collapse-measure": _outside(collapse),
        "23-one-ratio": _factors(laws),
    }
    return discrepancy_table(read_json(_STATEMENTS_FILE), findings)


def _scale(isotropic: pd.DataFrame) -> Finding:
    s = isotropic["scale"]
    ratio = s**1.5
    return Finding(
        f"scale s from {number(s.min())} to {number(s.max())}: √s over 1/s is s^1.5, from "
        f"{number(ratio.min())} to {number(ratio.max())}",
        "theory/balanced_maps.csv",
    )


def _sides(balanced: pd.DataFrame) -> Finding:
    parts = []
    for start, table in balanced.groupby("start"):
        ends = [table["scale"].min(), table["scale"].max()]
        wide = table[table["scale"].isin(ends)].pivot_table(
            index=["variant", "imbalance"], columns="scale", values="log_distance"
        )
        change = (wide[ends[1]] - wide[ends[0]]).groupby("variant").mean()
        said = ", ".join(f"{name} {number(value)}" for name, value in change.items())
        parts.append(f"{start} start: {said}")
    return Finding(
        "mean change of log10 D from the least to the largest scale; " + "; ".join(parts),
        "theory/balanced_maps.csv",
    )


def _even(isotropic: pd.DataFrame) -> Finding:
    both = isotropic[isotropic["variant"] == "both"]
    grid = both.pivot_table(index="imbalance", columns="scale", values="log_distance").to_numpy()
    return Finding(
        f"median of |log10 D(λ) - log10 D(-λ)|: {number(np.median(np.abs(grid - grid[::-1])))}",
        "theory/balanced_maps.csv",
    )


def _asymmetry(mirrored: pd.DataFrame) -> Finding:
    grid = mirrored.pivot_table(index="imbalance", columns="scale", values="log_distance")
    top, bottom = grid.iloc[-1].mean(), grid.iloc[0].mean()
    return Finding(
        f"mean log10 D at l = {number(grid.index[-1])} (first layer larger): {number(top)}, at "
        f"l = {number(grid.index[0])}: {number(bottom)}",
        "theory/mirrored_maps.csv",
    )


def _ticks(ends: tuple[float, float]) -> Finding:
    shown = np.linspace(*ends, stated.MAP_PIXELS)[[0, stated.MAP_PIXELS // 2, -1]]
    return Finding(f"scales at the three ticks: {listed(shown)}", _STATED)


def _updates() -> Finding:
    return Finding(f"{stated.MAP_STEPS - 1:,} updates before the kernel is taken", _STATED)


def _loss() -> Finding:
    missing = [(1 - 1 / scale) ** 2 for scale in stated.BALANCED_SCALES]
    return Finding(
        f"a fitted network has f = Y/s, so the printed loss is (1 - 1/s)² of |Y|²: "
        f"{number(missing[0])} at s = {number(stated.BALANCED_SCALES[0])}, {number(missing[1])} at "
        f"s = {number(stated.BALANCED_SCALES[1])}",
        _STATED,
    )


def _not_balanced() -> Finding:
    return Finding(
        f"W2ᵀW2 has a rank of at most {stated.MIRRORED_OUTPUTS}, λ 1 of {stated.MIRRORED_INPUTS}",
        _STATED,
    )


def _panels() -> Finding:
    return Finding(f"{len(stated.PANELS)} panels: {', '.join(stated.PANELS)}", _STATED)


def _growth(neurons: pd.DataFrame) -> Finding:
    error = (neurons["measured"] / neurons["predicted"] - 1).abs().max()
    spread = (neurons["spread"] / neurons["measured"]).max()
    return Finding(
        f"γ+ of f = x/Z Σ a_i b_i against descent: largest relative error {number(error)}, largest "
        f"relative spread over neurons {number(spread)}",
        "theory/neuron_growth.csv",
    )


def _draws(pixels: pd.DataFrame, delays: pd.DataFrame) -> Finding:
    logs = pixels.assign(log=np.log10(pixels["distance"].clip(lower=0) + FLOOR))
    spreads = logs.groupby(["imbalance", "scale"])["log"].agg(["mean", "std"])
    deviation = spreads[spreads["mean"] > -5]["std"].median()
    rows = delays[(delays["panel"] == "a") & (delays["weight_decay"] > 0)]
    return Finding(
        f"standard deviation of log10 D over draws of the target, median over pixels "
        f"above -5: "
        f"{number(deviation)}; epochs of test accuracy 0.8 in panel a by seed: "
        f"{listed(rows['test_80'])}",
        "theory/balanced_pixels.csv",
    )


def _uncentred(collapse: pd.DataFrame) -> Finding:
    rows = collapse[collapse["decay"] == 0].sort_values("scale")
    classes = round(rows["rank"].iloc[0]) + 1
    formula = 2 - 2 * np.sqrt((classes - 1) / classes)
    return Finding(
        f"NC3 of the classifier as it is {number(rows['nc3_uncentred'].iloc[0])}, which is "
        f"2 - 2 √((K-1)/K) = {number(formula)}; centred over classes "
        f"{number(rows['nc3'].iloc[0])}",
        "theory/collapse.csv",
    )


def _outside(collapse: pd.DataFrame) -> Finding:
    row = collapse[collapse["decay"] == 0].sort_values("scale").iloc[-1]
    return Finding(
        f"from ε = {number(row['scale'])}: tr(Σ_W Σ_B†)/K = {number(row['nc1'])}, "
        f"tr Σ_W/tr Σ_B = {number(row['within_between'])}",
        "theory/collapse.csv",
    )


def _memory() -> Finding:
    pixels, said = stated.MAP_PIXELS**2, []
    for name, inputs in (("6a", stated.BALANCED_SIZE), ("6b", stated.MIRRORED_INPUTS)):
        gigabytes = stated.MAP_STEPS * pixels * inputs**2 * 8 / 1e9
        said.append(f"Fig. {name}, of {inputs}² doubles: {number(gigabytes)} GB")
    return Finding(f"{stated.MAP_STEPS:,} steps of {pixels:,} pixels; " + "; ".join(said), _STATED)


def _input(initial: pd.DataFrame) -> Finding:
    means = initial.groupby("panel")[["spread", "offset", "saturated"]].mean()
    said = "; ".join(
        f"panel {panel}: spread over images {number(row.spread)}, offset {number(row.offset)}, "
        f"saturated {number(row.saturated)}"
        for panel, row in means.loc[["a", "d"]].iterrows()
    )
    return Finding(f"outputs at the start, {said}", "training/initial_outputs.csv")


def _decay(delays: pd.DataFrame) -> Finding:
    panel = delays[delays["panel"] == "a"]
    free, decayed = panel[panel["weight_decay"] == 0], panel[panel["weight_decay"] > 0]
    return Finding(
        f"final test accuracy without decay {listed(free['final_test'])}, with decay "
        f"{listed(decayed['final_test'])}; |θ| end over start "
        f"{listed(free['norm_end'] / free['norm_start'])} and "
        f"{listed(decayed['norm_end'] / decayed['norm_start'])}",
        "training/grokking_delays.csv",
    )


def _emergence(emergence: Sequence[pd.DataFrame]) -> Finding:
    said = ", ".join(
        f"{table['resource'].iloc[0]} {number(np.sqrt((table['rms'] ** 2).mean()))}"
        for table in emergence
    )
    return Finding(f"root mean square difference of R_k/S: {said}", "emergence/time_errors.csv")


def _kernel(delays: pd.DataFrame) -> Finding:
    rows = delays[(delays["panel"] == "a") & (delays["weight_decay"] > 0)]
    columns = ("kernel_at_train_95", "kernel_at_test", "kernel_end")
    parts = [f"{name.replace('_', ' ')} {listed(rows[name])}" for name in columns]
    return Finding("; ".join(parts), "training/grokking_delays.csv")


def _powers(slopes: pd.DataFrame) -> Finding:
    said = "; ".join(f"{start} {listed(rows['slope'])}" for start, rows in slopes.groupby("start"))
    return Finding(f"slopes of ln D in ln s by imbalance: {said}", "theory/mirrored_slopes.csv")


def _factors(laws: pd.DataFrame) -> Finding:
    rows = laws[laws["law"].isin(["weights", "target", "output"])]
    said = ", ".join(
        f"{row.law} {number(row.exponent)} ± {number(row.error)}" for row in rows.itertuples()
    )
    return Finding(f"powers of the delay: {said}", "training/grokking_laws.csv")
