"""What is said (statements.json, in words) beside what is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.store.files import read_json
from emergence.theory.layerwise.kernel import FLOOR
from emergence.verify.findings import Finding, discrepancy_table, listed, number, with_interval
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
    orders: pd.DataFrame,
    decays: pd.DataFrame,
    last_layers: Sequence[pd.DataFrame],
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
        "10-utilities": _utilities(),
        "11-not-balanced": _not_balanced(),
        "12-panels": _panels(),
        "13-small-input": _input(initial),
        "14-decay": _decay(delays),
        "15-growth": _growth(neurons),
        "16-emergence-code": _bytes(),
        "17-single-draws": _draws(pixels, delays),
        "18-emergence": _emergence(emergence),
        "19-kernel-moves-first": _kernel(delays),
        "20-mirrored": _powers(slopes),
        "21-uncentred": _uncentred(collapse),
        "22-collapse-measure": _outside(collapse),
        "23-one-ratio": _factors(laws, orders),
        "24-two-passes": _passes(),
        "25-delay": _readings(delays),
        "26-decay-power": _decay_power(laws, decays),
        "27-networks-no-simplex": _last_layers(last_layers),
    }
    return discrepancy_table(read_json(_STATEMENTS_FILE), findings)


def _scale(isotropic: pd.DataFrame) -> Finding:
    s = isotropic["scale"]
    ratio = s**1.5
    return Finding(
        f"scale s from {number(s.min())} to {number(s.max())}: √s over 1/s is s^1.5, from "
        f"{number(ratio.min())} to {number(ratio.max())}; singular value of the product at the "
        f"largest s: {number(s.max())} by the helper's first definition, "
        f"{number(np.sqrt(s.max()))} by its second",
        "theory/balanced_maps.csv",
    )


def _sides(balanced: pd.DataFrame) -> Finding:
    parts, measures = [], {"D": "log_distance", "|K-K0|/|K0|": "log_change"}
    logs = balanced.assign(log_change=np.log10(balanced["kernel_change"]))
    for start, table in logs.groupby("start"):
        ends = [table["scale"].min(), table["scale"].max()]
        for name, column in measures.items():
            wide = table[table["scale"].isin(ends)].pivot_table(
                index=["variant", "imbalance"], columns="scale", values=column
            )
            change = (wide[ends[1]] - wide[ends[0]]).groupby("variant").mean()
            said = ", ".join(f"{variant} {number(value)}" for variant, value in change.items())
            parts.append(f"{name}, {start} start: {said}")
    return Finding(
        "mean change from the least to the largest scale of log10 of the cosine distance D, which "
        "does not see the kernel's size, and of |K-K0|/|K0|, which does; " + "; ".join(parts),
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
        f"l = {number(grid.index[0])}: {number(bottom)}; the label at the largest |l| is "
        f"{number(stated.MIRRORED_TICK)}, {number(stated.MIRRORED_TICK / grid.index[-1])} times l",
        "theory/mirrored_maps.csv",
    )


def _ticks(ends: tuple[float, float]) -> Finding:
    shown = np.linspace(*ends, stated.MAP_PIXELS)[[0, stated.MAP_PIXELS // 2, -1]]
    return Finding(f"scales at the three ticks: {listed(shown)}", _STATED)


def _updates() -> Finding:
    return Finding(
        f"{stated.MAP_STEPS - 1:,} updates before the kernel is taken; without any update D is 0, "
        f"and the map {number(np.log10(FLOOR))} everywhere",
        _STATED,
    )


def _loss() -> Finding:
    missing = [(1 - 1 / scale) ** 2 for scale in stated.BALANCED_SCALES]
    return Finding(
        f"a fitted network has f = Y/s, so the printed loss is (1 - 1/s)² of |Y|²: "
        f"{number(missing[0])} at s = {number(stated.BALANCED_SCALES[0])}, {number(missing[1])} at "
        f"s = {number(stated.BALANCED_SCALES[1])}; the mean over {stated.BALANCED_SIZE} outputs is "
        f"{number(2 / stated.BALANCED_SIZE)} times the trained ½ sum",
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
    said = "; ".join(
        f"{table['resource'].iloc[0]} "
        + ", ".join(f"{row.model} {number(row.rms)}" for row in table.itertuples())
        for table in emergence
    )
    return Finding(f"root mean square difference of R_k/S: {said}", "emergence/time_errors.csv")


def _kernel(delays: pd.DataFrame) -> Finding:
    rows = delays[(delays["panel"] == "a") & (delays["weight_decay"] > 0)]
    columns = (
        *("kernel_at_train_95", "kernel_at_test", "kernel_end"),
        *("kernel_left_at_train_95", "kernel_left_at_test"),
    )
    parts = [f"{name.replace('_', ' ')} {listed(rows[name])}" for name in columns]
    return Finding("; ".join(parts), "training/grokking_delays.csv")


def _powers(slopes: pd.DataFrame) -> Finding:
    rows = slopes.assign(said=[f"{number(r.slope)} at l = {number(r.imbalance)}"
                               for r in slopes.itertuples()])  # fmt: skip
    said = "; ".join(f"{start} {', '.join(of['said'])}" for start, of in rows.groupby("start"))
    return Finding(
        f"slopes of ln D in ln S/Σ0 below {number(stated.POWER_BELOW)}: {said}",
        "theory/mirrored_slopes.csv",
    )


def _factors(laws: pd.DataFrame, orders: pd.DataFrame) -> Finding:
    means = orders.groupby("abscissa")[["spearman", "scatter", "scatter_late", "runs_late"]].mean()
    said = "; ".join(
        f"{name.replace('_', ' ')}: rank correlation {number(row.spearman)}, scatter a factor "
        f"{number(row.scatter)}, of the {number(row.runs_late)} runs of a seed with a delay above "
        f"1 a factor {number(row.scatter_late)}"
        for name, row in means.iterrows()
    )
    powers = _exponents(laws[laws["law"] == "factors"])
    return Finding(f"{said}; powers of the delay: {powers}", "training/grokking_laws.csv")


def _exponents(laws: pd.DataFrame) -> str:
    return ", ".join(
        f"{row.factor.replace('_', ' ')} "
        + (
            with_interval(row.exponent, row.low, row.high)
            if np.isfinite(row.low)
            else number(row.exponent)
        )
        for row in laws.itertuples()
    )


def _readings(delays: pd.DataFrame) -> Finding:
    rows = delays[delays["weight_decay"] > 0]
    other = rows.assign(other=rows["test_general"] / rows["train_95"])
    means = np.exp(np.log(other.set_index("panel")[["delay", "other"]]).groupby("panel").mean())
    said = "; ".join(
        f"{panel} {number(row.delay)} and {number(row.other)}" for panel, row in means.iterrows()
    )
    return Finding(
        f"epoch of test 0.8, and of 0.95 of the largest test accuracy, over epoch of training "
        f"0.95, geometric means: {said}",
        "training/grokking_delays.csv",
    )


def _decay_power(laws: pd.DataFrame, decays: pd.DataFrame) -> Finding:
    powers = "; ".join(
        f"{law} {_exponents(laws[(laws['law'] == law) & (laws['factor'] == 'weight_decay')])}"
        for law in ("grid", "adamw", "solvable")
    )
    norm = decays.assign(norm=decays["norm_at_test"] / decays["norm_start"])
    shown = norm[norm["output"] == 1.0].groupby(["optimizer", "weight_decay"])["norm"].mean()
    said = "; ".join(
        f"{optimizer} {listed(rows)}" for optimizer, rows in shown.groupby("optimizer")
    )
    return Finding(
        f"power of the delay in the decay: {powers}; |θ| at test 0.8 over the start by growing "
        f"decay, output scale 1: {said}",
        "training/grokking_decays.csv",
    )


def _last_layers(curves: Sequence[pd.DataFrame]) -> Finding:
    measured = ("within_between", "equinorm", "equiangle", "nc3")
    ends = pd.concat(table[table["epoch"].isin((0, table["epoch"].max()))] for table in curves)
    means = ends.groupby(["panel", "weight_decay", "epoch"], sort=False)[[*measured]].mean()
    said = "; ".join(
        f"panel {panel}{'' if decay else ' without decay'}: "
        + ", ".join(f"{n.replace('_', ' ')} {' to '.join(map(number, of[n]))}" for n in measured)
        for (panel, decay), of in means.groupby(["panel", "weight_decay"], sort=False)
    )
    return Finding(f"last hidden layer, start to end: {said}", "training/grokking_b.csv")


def _utilities() -> Finding:
    """The authors' helper with V for Vᵀ, on their size, and the kernels of a map."""
    size, rng = stated.IMPORT_SIZE, np.random.default_rng(0)
    errors = []
    for _ in range(1000):
        u, values, v = np.linalg.svd(rng.normal(size=(size, size)))
        meant = (u * values) @ v
        errors.append(np.linalg.norm((u * values) @ v.T - meant) / np.linalg.norm(meant))
    pixels = stated.MAP_PIXELS**2
    return Finding(
        f"{3 * size**2} normal numbers are drawn at import; with V for Vᵀ a product is off by "
        f"{number(np.median(errors))} of its norm (median of {len(errors)} matrices); a map "
        f"computes {stated.MAP_STEPS * pixels:,} kernels and uses {2 * pixels:,}",
        _STATED,
    )


def _bytes() -> Finding:
    """Bits of bytes that are never 255, and parities of several of them."""
    bits = np.unpackbits(np.arange(255, dtype=np.uint8)[:, None], axis=1).astype(int)
    parity = 1 - 2 * (bits[:, :3].sum(axis=1) % 2)
    code = np.arange(1, 6) ** -stated.EMERGENCE_CODE_ALPHA
    read = np.arange(1, 6) ** -(1 + stated.EMERGENCE_CODE_ALPHA)
    return Finding(
        f"share of ones of each bit {number(bits.mean())}, mean parity of three bits of one byte "
        f"{number(parity.mean())}; P_k with 1+α = {number(stated.EMERGENCE_CODE_ALPHA)}: "
        f"{listed(code / code.sum())}, with α of that value {listed(read / read.sum())}",
        _STATED,
    )


def _passes() -> Finding:
    code = stated.GROKKING
    steps = -(-code["train_samples"] // code["batch_size"])
    return Finding(
        f"{steps} steps an epoch, {steps * code['epochs']:,} in all; forward, forward and backward "
        f"are 4 products for each weight and sample where 3 are enough: {number(4 / 3)} times the "
        "cost; the untrained network is drawn at x = 1",
        _STATED,
    )
