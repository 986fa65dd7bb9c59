"""Claims C1 to C13 of the paper, each with the number that decides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import (
    Interval,
    geometric_interval,
    largest_deviation,
    mean_interval,
    two_sample_ratio,
)
from emergence.theory.layerwise.kernel import FLOOR
from emergence.theory.layerwise.pairs import linear_level_time
from emergence.verify.claims import FAIL, NETWORKS, SIMULATION, THEORY, Claim, claim_table, linked
from paper.nam2025.stated import POWER_BELOW

# Second-hand sources of what the paper claims; its sections are not known here.
_NOTES = "notes on the paper (second-hand)"
_CODE = "authors' code"

# Claims that do not hold, by patterns of ids, and the discrepancy that explains each.
EXPLAINED = {
    "C5-*": "18-emergence",
    "C8-networks-*": "27-networks-no-simplex",
    "C11-weights": "03-weight-side",
    "C12-no-decay": "14-decay",
    "C12-lazy-first": "19-kernel-moves-first",
    "C12-*-alike": "23-one-ratio",
    "C12-decay-power": "26-decay-power",
}


def _explained(claim: Claim) -> Claim:
    """The claim with its link. The networks of C5 are another paper's, which may also pass."""
    if claim.id.startswith("C5-") and claim.status != FAIL:
        return claim
    return linked(claim, EXPLAINED)


def _claim(number: str, kind: str, statement: str, **values: Any) -> Claim:
    """A claim of the class `kind`; one on trained networks says which outcome fails it."""
    own = {"source": _NOTES, "kind": kind, **values}
    if kind == NETWORKS:
        said = {"at least": "below", "at most": "above"}.get(values.get("comparison", ""), "not at")
        own.setdefault("could_fail", f"the measured number is {said} {values['expected']:g}")
    return _explained(Claim(id=number, statement=statement, **own))


def _trained_claim(number: str, found: Interval, statement: str, **values: Any) -> Claim:
    """A claim on trained networks, judged by the interval over runs."""
    return _claim(
        number, NETWORKS, statement, measured=found.value, interval=(found.low, found.high),
        **{"tolerance": 0.0, **values},
    )  # fmt: skip


def claims(
    *,
    modes: pd.DataFrame,
    drift: pd.DataFrame,
    depth: pd.DataFrame,
    staircase: pd.DataFrame,
    values: pd.DataFrame,
    collapse: pd.DataFrame,
    pixels: pd.DataFrame,
    balanced: pd.DataFrame,
    errors: pd.DataFrame,
    slopes: pd.DataFrame,
    neurons: pd.DataFrame,
    decaying: pd.DataFrame,
    asymmetry: pd.DataFrame,
    delays: pd.DataFrame,
    orders: pd.DataFrame,
    laws: pd.DataFrame,
    last_layers: Sequence[pd.DataFrame],
    networks: Sequence[pd.DataFrame],
    settings: Mapping[str, Any],
    emergence: Sequence[pd.DataFrame],
    halves: Sequence[pd.DataFrame],
    scaling: pd.DataFrame,
    confidence: float,
) -> pd.DataFrame:
    """Every claim: expected, measured, tolerance, status. Arguments are tables of results.

    networks: runs of the linear and of the layerwise networks, settings those of the latter.
    emergence, halves: errors and half-learned skills of the first paper's networks against the
    multilinear model. last_layers: curves of panel b and of panel a without decay. confidence: of
    the intervals over runs and draws, by which claims on networks are judged.
    """
    return claim_table(
        [
            *_modes(modes),
            *_conserved(drift),
            *_trained(networks, settings, confidence),
            *_emergence(emergence, halves),
            *_scaling(scaling),
            *_stages(staircase, values),
            *_collapse(collapse),
            *_last_layers(*last_layers, confidence=confidence),
            *_depth(depth),
            *_balanced(pixels, balanced, errors),
            *_growth(neurons),
            *_grokking(delays, confidence),
            *_abscissae(orders, confidence),
            *_decay(laws, decaying),
            *_mirrored(asymmetry, slopes, confidence),
        ]
    )


def _modes(modes: pd.DataFrame) -> Iterator[Claim]:
    found, evidence = modes.set_index("model"), "theory/mode_times.csv"
    layerwise = found.loc["layerwise"]
    yield _claim(
        "C1-sigmoid", SIMULATION,
        "gradient descent on a mode from small equal layers follows the sigmoid",
        expected=0.0, measured=float(layerwise["largest_error"].max()), tolerance=1e-3,
        comparison="at most", evidence=evidence,
        note="largest difference of a b/S over time and modes, of first order in the rate",
    )  # fmt: skip
    for model in ("layerwise", "linear"):
        ratio = (found.loc[model, "t50_descent"] / found.loc[model, "t50"]).to_numpy()
        yield _claim(
            f"C2-half-time-{model}", SIMULATION,
            f"half-times of {model} modes under gradient descent are those of the closed form",
            expected=1.0, measured=float(ratio[np.argmax(np.abs(ratio - 1))]), tolerance=0.01,
            evidence=evidence, note="the mode with the largest deviation",
        )  # fmt: skip
    # the second difference of a sigmoid is largest where tanh² is 1/3, ln(2+√3) from its middle
    early = np.log(2 + np.sqrt(3)) / np.log(9)  # in units of t50 - t10
    bend = layerwise["t50"] - early * (layerwise["t50"] - layerwise["t10"])
    yield _claim(
        "C2-bend", SIMULATION,
        "a layerwise mode bends after a delay, not at once",
        expected=1.0, measured=float((layerwise["bend"] / bend).min()), tolerance=0.01,
        evidence=evidence,
        note="time of the largest curvature over that of the sigmoid, the least over modes; the "
        f"linear model has it at {float(found.loc['linear', 'bend'].max()):g}",
    )  # fmt: skip
    gaps = layerwise["t10"].to_numpy()[1:] - layerwise["t90"].to_numpy()[:-1]
    yield _claim(
        "C4-stages", THEORY,
        "modes whose S E differ by a factor of two do not overlap",
        expected=0.0, measured=float(gaps.min()), tolerance=0.0, comparison="at least",
        evidence=evidence, note="smallest t10 of a mode less t90 of the one before, s0 = 0.001 S",
    )  # fmt: skip
    linear = found.loc["linear"]
    overlap = (linear["t10"].to_numpy()[1:] - linear["t90"].to_numpy()[:-1]).max()
    yield _claim(
        "C2-linear-overlap", THEORY,
        "modes of the linear model overlap whatever their start",
        expected=0.0, measured=float(overlap), tolerance=0.0, comparison="at most",
        evidence=evidence, note="largest t10 of a mode less t90 of the one before",
    )  # fmt: skip


def _conserved(drift: pd.DataFrame) -> Iterator[Claim]:
    logs = np.log(drift[["rate", "drift", "flow_error"]])
    for name, column, statement in (
        ("C3-conserved", "drift", "W2ᵀW2 - W1W1ᵀ is conserved by gradient flow"),
        ("C10-exact-flow", "flow_error", "λ-balanced networks follow the exact flow"),
    ):
        yield _claim(
            name, SIMULATION,
            f"{statement}: the error of gradient descent is proportional to its rate",
            expected=1.0, measured=float(np.polyfit(logs["rate"], logs[column], 1)[0]),
            tolerance=0.1, evidence="theory/drift.csv", note="log-log slope",
        )  # fmt: skip


def _level_times(runs: pd.DataFrame, level: float) -> np.ndarray:
    """Step at which each mode of each run first passes a level, (modes, runs); NaN if never."""
    modes = (run_matrix(runs, "time", mode=int(mode)) for mode in sorted(runs["mode"].unique()))
    return np.array([run_crossings(*curves, level) for curves in modes])


def _trained(
    networks: Sequence[pd.DataFrame], settings: Mapping[str, Any], confidence: float
) -> Iterator[Claim]:
    """Networks on fresh samples; the clock of the flow is twice the rate a step."""
    linear, layerwise = (_level_times(runs, 0.5) for runs in networks)
    task, clock = settings["task"], 2 * settings["learning_rate"]
    pairs = [geometric_interval(one, confidence) for one in layerwise[1:] / layerwise[:-1]]
    yield _trained_claim(
        "C4-order", min(pairs, key=lambda pair: pair.value),
        "a linear network with a hidden layer learns modes one after another, largest S E first",
        expected=1.0, comparison="at least", evidence="aggregated/layerwise_runs.csv",
        tested=bool(np.isfinite(layerwise).all()),
        note="half-time of a mode over that of the one before, the least pair of all modes",
    )  # fmt: skip
    late, early = (_level_times(networks[1], level) for level in (0.9, 0.1))
    late, early = late[:-1], early[1:]
    # W1 and W2 start from N(0, σ²): the seed |(u W1 + W2 v)/2|² of a mode is h σ²/2 on average
    seed = float(networks[1]["value"].iloc[0]) * settings["initial_std"] ** 2 / 2
    start = np.log(min(task["targets"]) / seed - 1)
    apart = (start + np.log(9)) / (start - np.log(9))
    yield _trained_claim(
        "C4-networks", geometric_interval((early / late).min(axis=0), confidence),
        "its modes do not overlap, as their seeds and S E predict",
        expected=1.0, comparison="at least", evidence="aggregated/layerwise_runs.csv",
        tested=bool(np.isfinite([early, late]).all()),
        note="step of the first tenth of a mode over that of nine tenths of the one before, the "
        f"least pair of each run; no overlap is predicted where S E differ by {apart:.3g} or more "
        f"(mean seed {seed:.2g}), and here they differ by 2",
    )  # fmt: skip
    expected = np.array([linear_level_time(0.5, e) for e in task["variances"]]) / clock
    yield _trained_claim(
        "C2-linear-network", mean_interval((linear / expected[:, None]).mean(axis=0), confidence),
        "a network without hidden layer learns each mode with half-time ln 2/E",
        expected=1.0, tolerance=0.2, evidence="aggregated/linear_runs.csv",
        tested=bool(np.isfinite(linear).all()),
        note="mean over modes, a stochastic gradient, measured every few steps",
    )  # fmt: skip
    yield _trained_claim(
        "C2-delay", two_sample_ratio(layerwise[0], linear[0], confidence),
        "the hidden layer delays the first mode",
        expected=2.0, comparison="at least", evidence="aggregated/layerwise_runs.csv",
        note="half-time with over half-time without a hidden layer",
    )  # fmt: skip


def _emergence(
    emergence: Sequence[pd.DataFrame], halves: Sequence[pd.DataFrame]
) -> Iterator[Claim]:
    for errors, skills in zip(emergence, halves, strict=True):
        row = errors.set_index("model").loc["calibrated"]
        resource = row["resource"]
        yield _trained_claim(
            f"C5-{resource}", Interval(row["rms"], row["low"], row["high"]),
            f"the calibrated multilinear model predicts emergence in {resource} of ReLU networks",
            expected=0.1, comparison="at most", evidence=f"emergence/{resource}_errors.csv",
            note="root mean square difference of R_k/S over skills; the first paper's networks",
        )  # fmt: skip
        known = skills[np.isfinite(skills["ratio"])]
        ratios = known[["ratio", "ratio_low", "ratio_high"]].to_numpy()
        yield _trained_claim(
            f"C5-half-{resource}",
            largest_deviation([Interval(*one) for one in ratios], 1.0),
            f"it predicts where in {resource} each skill is half learned",
            expected=0.2, comparison="at most", evidence=f"emergence/{resource}_halves.csv",
            note=f"|predicted/measured - 1| of the worst of {len(known)} skills that are half "
            "learned; both have intervals",
        )  # fmt: skip


def _scaling(scaling: pd.DataFrame) -> Iterator[Claim]:
    error = (scaling["local_exponent"] - scaling["predicted_exponent"]).abs()
    for resource in ("time", "data", "parameters"):
        yield _claim(
            f"C6-{resource}", SIMULATION,
            f"sigmoids and power-law skills give the loss a power law in {resource}",
            expected=0.0, measured=float(error[scaling["bottleneck"] == resource].max()),
            tolerance=0.02, comparison="at most", evidence="theory/scaling.csv",
            note="largest difference of a local slope of the summed loss from the asymptotic "
            "exponent, over α and resources that bring skills 100 to 10,000 in reach",
        )  # fmt: skip


def _stages(staircase: pd.DataFrame, values: pd.DataFrame) -> Iterator[Claim]:
    smallest = staircase[staircase["scale"] == staircase["scale"].min()]
    ratio = smallest["measured"] / smallest["predicted"]
    yield _claim(
        "C7-half-times", SIMULATION,
        "modes of a two-layer linear network from small random weights have predicted half-times",
        expected=1.0, measured=float(ratio.mean()), tolerance=0.05,
        evidence="theory/staircase.csv", note="mean over modes at the smallest scale",
    )  # fmt: skip
    ends = values[values["scale"] == values["scale"].min()].sort_values("index")["value"]
    outputs = smallest["mode"].max()
    yield _claim(
        "C7-rank", SIMULATION,
        "the first layer ends with as many large singular values as there are outputs",
        expected=float(outputs), measured=float(np.sum(ends > 0.05 * ends.max())), tolerance=0.0,
        evidence="theory/staircase_values.csv", note="singular values above 5 % of the largest",
    )  # fmt: skip
    scales = values["scale"].unique()
    rest = [
        values[(values["scale"] == s) & (values["index"] == outputs + 1)]["value"].iloc[0]
        for s in scales
    ]
    yield _claim(
        "C7-initial-scale", SIMULATION,
        "the next singular value stays at the initial scale",
        expected=1.0, measured=float(np.polyfit(np.log(scales), np.log(rest), 1)[0]),
        tolerance=0.1, evidence="theory/staircase_values.csv",
        note="log-log slope of the value after the last large one in ε",
    )  # fmt: skip


def _collapse(collapse: pd.DataFrame) -> Iterator[Claim]:
    plain = collapse[collapse["decay"] == 0].sort_values("scale")
    evidence = "theory/collapse.csv"
    rich, lazy = plain.iloc[0], plain.iloc[-1]
    yield _claim(
        "C8-simplex", SIMULATION,
        "from a small start class means become a simplex: equal norms and angles",
        expected=0.0, measured=float(max(rich["equinorm"], rich["equiangle"])), tolerance=1e-3,
        comparison="at most", evidence=evidence,
    )  # fmt: skip
    yield _claim(
        "C8-rank", SIMULATION, "the centred class means have rank K - 1",
        expected=3.0, measured=float(rich["rank"]), tolerance=0.01,
        evidence=evidence, note="participation rank for K = 4",
    )  # fmt: skip
    yield _claim(
        "C8-variability", SIMULATION, "samples of a class become one: NC1",
        expected=0.0, measured=float(rich["nc1"]), tolerance=1e-3, comparison="at most",
        evidence=evidence, note="tr(Σ_W Σ_B†)/K at the smallest ε",
    )  # fmt: skip
    yield _claim(
        "C8-self-dual", SIMULATION, "the centred classifier becomes the class means: NC3",
        expected=0.0, measured=float(rich["nc3"]), tolerance=1e-3, comparison="at most",
        evidence=evidence, note="without bias the classifier must be centred: discrepancy 21",
    )  # fmt: skip
    yield _claim(
        "C8-nearest", SIMULATION, "the network decides as the nearest class mean does: NC4",
        expected=0.0, measured=float(rich["nc4"]), tolerance=0.0, evidence=evidence,
        note="share of samples on which both differ",
    )  # fmt: skip
    decayed = collapse[collapse["decay"] > 0]
    yield _claim(
        "C8-decay", SIMULATION, "with weight decay features collapse, with a bias or without",
        expected=0.0, measured=float(decayed["within_between"].max()), tolerance=1e-3,
        comparison="at most", evidence=evidence, source="derived here",
        note="tr Σ_W/tr Σ_B; decay also removes what lies outside the span of W",
    )  # fmt: skip
    small = plain[plain["scale"] <= 0.1]
    slope = np.polyfit(np.log(small["scale"]), np.log(small["within_between"]), 1)[0]
    yield _claim(
        "C8-scale", SIMULATION,
        "without decay the variation within classes stays as the square of the initial scale",
        expected=2.0, measured=float(slope), tolerance=0.1, evidence=evidence,
        source="derived here", note="log-log slope of tr Σ_W/tr Σ_B for ε ≤ 0.1",
    )  # fmt: skip
    yield _claim(
        "C8-lazy", SIMULATION, "from a large start there is no collapse",
        expected=1.0, measured=float(lazy["within_between"]), tolerance=0.0,
        comparison="at least", evidence=evidence, source="derived here",
        note="tr Σ_W/tr Σ_B at the largest ε",
    )  # fmt: skip


def _last_layers(small: pd.DataFrame, large: pd.DataFrame, *, confidence: float) -> Iterator[Claim]:
    """Trained networks: from small weights (b), and from large ones without decay (a)."""
    rich, lazy = (table[table["epoch"] == table["epoch"].max()] for table in (small, large))
    yield _trained_claim(
        "C8-networks", two_sample_ratio(lazy["within_between"], rich["within_between"], confidence),
        "last layers of networks vary more within classes from large weights than from small ones",
        expected=1.0, comparison="at least", evidence="training/grokking_b.csv",
        source="derived here",
        note="tr Σ_W/tr Σ_B on the training set at the end, panel a without decay over panel b",
    )  # fmt: skip
    for name, values, said, note in (
        ("simplex", rich[["equinorm", "equiangle"]].max(axis=1),
         "class means in last layers of networks from small weights become a simplex",
         "NC2: the larger of unequal norms and unequal angles"),
        ("self-dual", rich["nc3"],
         "last layers and classifiers of networks from small weights become one simplex",
         "NC3, classifier centred"),
    ):  # fmt: skip
        yield _trained_claim(
            f"C8-networks-{name}", mean_interval(values, confidence), said,
            expected=0.1, comparison="at most", evidence="training/grokking_b.csv",
            note=f"{note}, panel b on the training set at the end",
        )  # fmt: skip


def _depth(depth: pd.DataFrame) -> Iterator[Claim]:
    widths = depth.sort_values("depth")["relative_width"].to_numpy()
    yield _claim(
        "C9-depth", THEORY, "the deeper the chain, the more the sigmoid is a step",
        expected=0.0, measured=float(np.diff(widths).max()), tolerance=0.0, comparison="at most",
        evidence="theory/depth.csv", note="largest change of (t90-t10)/t50 with depth",
    )  # fmt: skip


def _balanced(
    pixels: pd.DataFrame, balanced: pd.DataFrame, errors: pd.DataFrame
) -> Iterator[Claim]:
    converged = pixels["converged"].astype(bool)
    clear = pixels[converged & (pixels["closed_form"] > FLOOR)]
    error = np.abs(np.log10(clear["distance"].clip(lower=1e-12) / clear["closed_form"]))
    yield _claim(
        "C10-closed-form", SIMULATION,
        "the kernel distance of balanced networks is the closed form in |λ| s/σ1 and σ2/σ1",
        expected=0.05, measured=float(error.median()), tolerance=0.0, comparison="at most",
        evidence="theory/balanced_pixels.csv", source="derived here",
        note=f"median of |log10(D/D∞)| over {len(clear) / len(pixels):.0%} of the pixels: of the "
        f"{converged.mean():.0%} that have converged, those with D∞ above the map's floor of "
        f"{FLOOR:g}; below, the finite rate shows",
    )  # fmt: skip
    ratio = (pixels["distance"].clip(lower=0) + FLOOR) / (pixels["closed_form"] + FLOOR)
    yield _claim(
        "C10-map", SIMULATION, "so the map of Fig. 6a as it is drawn is the closed form's",
        expected=0.1, measured=float(np.abs(np.log10(ratio)).mean()), tolerance=0.0,
        comparison="at most",
        evidence="theory/balanced_pixels.csv", source="derived here",
        note="mean over all pixels and draws of the difference of log10(D + 1e-6)",
    )  # fmt: skip
    clear = errors[errors["range"] == "above 1e-5"]
    slope = np.polyfit(np.log(clear["rate"]), np.log(clear["error"]), 1)[0]
    yield _claim(
        "C10-rate", SIMULATION, "its deviation is that of gradient descent, of first order",
        expected=1.0, measured=float(slope), tolerance=0.1, evidence="theory/balanced_errors.csv",
        source="derived here", note="log-log slope in the learning rate, same start and time",
    )  # fmt: skip
    faint = errors[errors["range"] == "below 1e-7"].sort_values("rate")["error"]
    yield _claim(
        "C10-faint", SIMULATION, "so is that of the least distances, where the map leaves the form",
        expected=0.5, measured=float(faint.iloc[0] / faint.iloc[-1]), tolerance=0.0,
        comparison="at most", evidence="theory/balanced_errors.csv", source="derived here",
        tested=bool(np.isfinite(faint).all()),
        note="median of |ln D/D∞| for D∞ below 1e-7, at a quarter of the rate over at the rate",
    )  # fmt: skip
    both = balanced[(balanced["variant"] == "both") & (balanced["start"] == "isotropic")]
    size = both["imbalance"].abs()
    ridge = size.quantile(0.1)
    rich = both[size <= ridge]["log_distance"].mean()
    lazy = both[size >= size.quantile(0.9)]["log_distance"].mean()
    yield _claim(
        "C10-lazy", SIMULATION, "balanced layers are rich, imbalanced ones lazy",
        expected=1.0, measured=float(rich - lazy), tolerance=0.0, comparison="at least",
        evidence="theory/balanced_maps.csv", source=_CODE,
        tested=both["imbalance"].nunique() >= 20,
        note="decades of kernel distance between the innermost and the outermost tenth of λ",
    )  # fmt: skip
    wide = both[both["imbalance"] >= size.quantile(0.9)]
    ratio = np.log(wide["growth_first"]).abs() / np.log(wide["growth_second"]).abs()
    yield _claim(
        "C10-lighter", SIMULATION, "with a large imbalance only the lighter layer trains",
        expected=10.0, measured=float(ratio.median()), tolerance=0.0, comparison="at least",
        evidence="theory/balanced_maps.csv",
        note="|ln growth of |W1|²| over that of |W2|² for large λ, where the first is lighter",
    )  # fmt: skip
    near = balanced[(balanced["start"] == "isotropic") & (balanced["imbalance"].abs() <= ridge)]
    for name, variant, statement, change in (
        ("C11-weights", "weights only",
         "scaling the weights up makes balanced networks of an isotropic start lazier in kernel "
         "distance", "the weights' product grows as s"),
        ("C11-target", "target only", "scaling the target down makes them lazier",
         "the target falls as 1/s"),
    ):  # fmt: skip
        slopes = [
            np.polyfit(np.log10(rows["scale"]), rows["log_distance"], 1)[0]
            for _, rows in near[near["variant"] == variant].groupby("imbalance")
        ]
        yield _claim(
            name, SIMULATION, statement,
            expected=-1.0, measured=float(np.mean(slopes)), tolerance=0.0, comparison="at most",
            evidence="theory/balanced_maps.csv",
            note=f"slope of log10 D in log10 s where only {change}, mean over the innermost tenth "
            f"of λ, from {min(slopes):.2g} to {max(slopes):.2g}",
        )  # fmt: skip


def _growth(neurons: pd.DataFrame) -> Iterator[Claim]:
    error = np.abs(neurons["measured"] / neurons["predicted"] - 1)
    yield _claim(
        "C11-growth", SIMULATION, "the weight-to-target ratio sets the growth γ+ of all neurons",
        expected=0.0, measured=float(error.max()), tolerance=1e-3, comparison="at most",
        evidence="theory/neuron_growth.csv",
        note="largest relative error; descent at a rate of 0.02 over the largest curvature",
    )  # fmt: skip
    yield _claim(
        "C11-one-clock", SIMULATION, "all neurons grow by the same factor",
        expected=0.0, measured=float((neurons["spread"] / neurons["measured"]).max()),
        tolerance=1e-10, comparison="at most", evidence="theory/neuron_growth.csv",
    )  # fmt: skip


def _grokking(delays: pd.DataFrame, confidence: float) -> Iterator[Claim]:
    evidence = "training/grokking_delays.csv"
    decayed = delays[delays["weight_decay"] > 0]
    grokked = decayed[decayed["panel"] == "a"]
    fitted = bool(np.isfinite(decayed["delay"]).all())  # else too small a protocol to decide
    yield _trained_claim(
        "C12-grokking", geometric_interval(grokked["delay"], confidence),
        "large weights: test accuracy rises long after the training set is fitted",
        expected=10.0, comparison="at least", evidence=evidence, source=_CODE, tested=fitted,
        note="delay: epoch of test 0.8 over epoch of training 0.95, geometric mean over seeds",
    )  # fmt: skip
    for panel, change in (
        ("b", "smaller weights remove"), ("c", "a larger target removes"),
        ("d", "a smaller input removes"), ("e", "a smaller output scale removes"),
    ):  # fmt: skip
        rows = decayed[decayed["panel"] == panel]
        yield _trained_claim(
            f"C12-{panel}", geometric_interval(rows["delay"], confidence), f"{change} grokking",
            expected=4.0, comparison="at most", evidence=evidence, source=_CODE, tested=fitted,
            note="the same delay",
        )  # fmt: skip
    free = delays[delays["weight_decay"] == 0]
    yield _trained_claim(
        "C12-no-decay", mean_interval(free["final_test"], confidence),
        "the lazy phase ends without weight decay",
        expected=0.8, comparison="at least", evidence=evidence, tested=fitted,
        source="the toy model of the paper has no decay",
        note="final test accuracy of panel a without decay",
    )  # fmt: skip
    for name, column, comparison, said, note in (
        ("lazy-first", "kernel_at_train_95", "at most",
         "the kernel has hardly turned when the training set is fitted",
         "kernel distance from the start to training 0.95"),
        ("rich-later", "kernel_left_at_train_95", "at least",
         "the kernel still has a way to go when the training set is fitted",
         "kernel distance from training 0.95 to the end"),
        ("then-done", "kernel_left_at_test", "at most",
         "that way is mostly gone when the network generalises",
         "kernel distance from test 0.8 to the end"),
    ):  # fmt: skip
        yield _trained_claim(
            f"C12-{name}", mean_interval(grokked[column] / grokked["kernel_end"], confidence), said,
            expected=0.5, comparison=comparison, evidence=evidence, tested=fitted,
            note=f"{note}, over that from start to end",
        )  # fmt: skip


def _abscissae(orders: pd.DataFrame, confidence: float) -> Iterator[Claim]:
    """What orders the delays of a grid of weights, targets and output scales."""
    evidence, tested = "training/grokking_orders.csv", bool(orders["runs"].min() >= 6)
    by = orders.pivot(index="seed", columns="abscissa")
    for name, abscissa, said in (
        ("output", "output_ratio", "the initial output over the target"),
        ("size", "size_ratio", "Σ0/S, the squared weights times output over target"),
    ):
        yield _trained_claim(
            f"C12-{name}-order", mean_interval(by["spearman"][abscissa], confidence),
            f"the delay grows with {said}",
            expected=0.5, comparison="at least", evidence=evidence, source="derived here",
            tested=tested, note="rank correlation over the grid",
        )  # fmt: skip
        yield _trained_claim(
            f"C12-{name}-alike", mean_interval(by["scatter"][abscissa], confidence),
            f"networks alike in {said} grok alike",
            expected=float(np.sqrt(2)), comparison="at most", evidence=evidence, tested=tested,
            note="scatter of delays about their best monotone function, as a factor: √2 where two "
            "that should be equal differ by 2; of delays above 1 only "
            f"{by['scatter_late'][abscissa].mean():.3g}",
        )  # fmt: skip
    better = by["spearman"]["size_ratio"] - by["spearman"]["output_ratio"]
    yield _trained_claim(
        "C12-size-better", mean_interval(better, confidence),
        "Σ0/S orders the delays better than the initial output over the target does",
        expected=0.0, comparison="at least", evidence=evidence, source="derived here",
        tested=tested, note="difference of the rank correlations of a seed",
    )  # fmt: skip


def _decay(laws: pd.DataFrame, decaying: pd.DataFrame) -> Iterator[Claim]:
    """The delay against weight decay, beside the solvable model's."""
    for name, law, optimizer in (("", "grid", "Adam and L2"), ("-adamw", "adamw", "AdamW")):
        rows = laws[(laws["law"] == law) & (laws["factor"] == "weight_decay")]
        row = rows.iloc[0]
        yield _trained_claim(
            f"C12-decay-power{name}", Interval(row["exponent"], row["low"], row["high"]),
            f"with {optimizer} the delay goes with the inverse of the decay, as in the solvable "
            "model",
            expected=-1.0, tolerance=0.1, evidence="training/grokking_laws.csv",
            source="derived here", tested=bool(np.isfinite(row["exponent"])),
            note="power of the decay in the fitted law",
        )  # fmt: skip
    known = decaying[decaying["decay"] > 0]
    error = np.abs(known["measured"] / known["predicted"] - 1)
    yield _claim(
        "C12-solvable", SIMULATION,
        "regression with decay and fewer samples than inputs groks at the predicted time",
        expected=0.0, measured=float(error.max()), tolerance=0.02, comparison="at most",
        evidence="theory/decaying_times.csv", source="derived here", note="largest relative error",
    )  # fmt: skip


def _mirrored(asymmetry: pd.DataFrame, slopes: pd.DataFrame, confidence: float) -> Iterator[Claim]:
    found = mean_interval(asymmetry["difference"], confidence)
    richer = int((asymmetry["difference"] > 0).sum())
    yield _claim(
        "C13-upstream", SIMULATION, "a larger first layer is richer than a larger second layer",
        expected=0.0, measured=found.value, interval=(found.low, found.high), tolerance=0.0,
        comparison="at least", evidence="theory/mirrored_asymmetry.csv",
        note="decades of D between l and -l, mean over pixels and draws; positive in "
        f"{richer} of {len(asymmetry)} draws, two-sided sign test "
        f"p = {binomtest(richer, len(asymmetry)).pvalue:.2g}",
    )  # fmt: skip
    for start, power in (("mirrored", 4.0), ("independent", 2.0)):
        rows = slopes[slopes["start"] == start]
        worst = rows.loc[(rows["slope"] - power).abs().idxmax()]
        yield _claim(
            f"C11-power-{start}", SIMULATION,
            f"where S/Σ0 is small, kernel distance of {start} starts goes as its power {power:g}, "
            "whatever the imbalance",
            expected=power, measured=float(worst["slope"]), tolerance=0.3,
            evidence="theory/mirrored_slopes.csv", source="derived here",
            note=f"mean over draws below S/Σ0 = {POWER_BELOW:g}, of the imbalance that is farthest "
            f"from it, l = {worst['imbalance']:g}",
        )  # fmt: skip
