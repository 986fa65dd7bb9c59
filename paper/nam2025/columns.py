"""Which file of this paper is which table, and what the columns of its own tables mean."""

from __future__ import annotations

from emergence import columns
from emergence.columns import table

_OWN = {
    "mode": "number of the mode, from 1",
    "draw": "number of the draw, from 0",
    "rate": "learning rate on the loss with the ½",
    "kernel_change": "|K-K0|/|K0|, geometric mean over draws: unlike D it sees the kernel's size",
    "imbalance": "λ of W2ᵀW2 - W1W1ᵀ = λ 1",
    "scale": "s",
    "slope": "slope of ln D in ln S/Σ0",
    "closed_form": "D∞ in closed form",
    "growth_first": "|W1|² at the end over the start, mean over draws",
    "growth_second": "|W2|² at the end over the start, mean over draws",
    "log_distance": "mean over draws of log10(D + 1e-6), D the kernel distance",
    "distance": "kernel distance D = 1 - <K0,K>/(|K0||K|)",
    "spread": "ρ = σ2/σ1 of the target",
    "depth": "L, layers of the chain",
    "source": "closed form or gradient descent",
    "panel": "panel of Fig. 8",
    "seed": "number of the run, from 0",
    "weight_decay": "L2 decay of the mean square over samples and classes",
    "norm": "norm of the start over that of the target",
    "decay": "weight decay",
}
_GROKKING = {
    "train_95": "epoch of training accuracy ≥ 0.95; empty if never",
    "test_80": "epoch of test accuracy ≥ 0.8; empty if never",
    "test_at_train_95": "test accuracy at that epoch of the training accuracy",
    "final_test": "test accuracy at the end",
    "norm_start": "|θ| at the start",
    "norm_end": "|θ| at the end",
    "test_general": "epoch of test accuracy ≥ 0.95 of its largest value, another reading",
    "delay": "test_80 over train_95; below 1 where the test set comes first",
    "norm_at_test": "|θ| at test_80",
    "output_ratio": "standard deviation of the outputs at the start over the target",
    "size_ratio": "Σ0/S of two layers up to a constant: w² output/target",
    "kernel_at_train_95": "kernel distance from the start at train_95",
    "kernel_at_test": "the same at test_80",
    "kernel_left_at_train_95": "kernel distance at train_95 to the kernel of the end",
    "kernel_left_at_test": "the same at test_80",
    "kernel_end": "kernel distance from the start at the end",
    "weights": "w, factor of the weights",
    "target": "t, factor of the target",
    "output": "factor of the output",
}
_SUMMARY = (
    "seed weight_decay train_95 test_80 test_general delay test_at_train_95 final_test norm_start"
    " norm_at_test norm_end output_ratio kernel_at_train_95 kernel_at_test kernel_left_at_train_95"
    " kernel_left_at_test kernel_end"
)
_SCAN = (
    "weights target output size_ratio seed weight_decay train_95 test_80 delay test_at_train_95"
    " norm_start norm_at_test output_ratio"
)
_MEASURES = {
    "nc1": "tr(Σ_W Σ_B†)/K",
    "within_between": "tr Σ_W/tr Σ_B",
    "equinorm": "standard deviation over mean of the norms of centred class means",
    "equiangle": "mean of |cos + 1/(K-1)| over pairs of class means",
    "nc3": "squared distance of the centred classifier and the means, both of norm 1",
    "nc4": "share of samples whose class is not that of the nearest mean",
}


def _table(rows: str, names: str, **own: str) -> columns.Table:
    return table(rows, names, **{**_OWN, **_GROKKING, **own})


_MODES_RUNS = "experiment value run step mode strength loss training_loss"
_CURVES = "mean and swept value of each mode"
TABLES = {
    **columns.TABLES,
    "aggregated/*_runs.csv": _table(
        "run, measured step and mode",
        _MODES_RUNS,
        value="hidden units N",
        strength="E[f_k x_k]/(E_k S_k), strength of a mode over its target",
        loss="mean square error on fresh inputs",
        training_loss="mean square of the batch before the step; empty before training",
    ),
    "aggregated/*.csv": _table(
        "measured step and mode",
        "experiment resource x mode mean std n",
        x="optimiser steps",
        mean="mean over runs of the mode's relative strength",
        n="number of runs",
    ),
    "emergence/*_prediction.csv": _table(
        "point of the varied resource and skill",
        "experiment resource x skill prediction low high plain",
        x="optimiser step, training samples D or hidden units N, by resource",
        prediction="R_k/S of the model with the fitted constant",
        plain="the same without a constant",
    ),
    "emergence/*_halves.csv": columns.EMERGENCE,
    "emergence/*_errors.csv": _table(
        "model",
        "resource model rms low high",
        model="calibrated: with the fitted constant; plain: without any",
        rms="root mean square over skills and points of R_k/S, mean of networks less the model",
        low="lower end of its interval (jackknife over runs)",
        high="upper end",
    ),
    "grokking.csv": _table(
        "run",
        "panel seed weight_decay train_95 test_80 test_at_train_95 final_test norm_start norm_end",
    ),
    "training/grokking_delays.csv": _table("run", f"panel {_SUMMARY}"),
    "training/grokking_scan.csv": _table("run of the grid", _SCAN),
    "training/grokking_decays.csv": _table(
        "run of the grid", f"{_SCAN} optimizer", optimizer="adam (L2 in the gradient) or adamw",
        weight_decay="as of the optimiser: of adamw, learning rate · decay is the shrinkage a step",
    ),
    "training/grokking_laws.csv": _table(
        "law and factor",
        "law factor exponent low high prefactor seeds runs",
        law="what is fitted: delay = prefactor · product of factor^exponent",
        factor="output_ratio, size_ratio, weight_decay, weights, target or output",
        exponent="mean over seeds of the least-squares slope of logarithms",
        low="lower end of its interval (Student's t over seeds)",
        high="upper end; the solvable law, whose starts are no seeds, has none",
        prefactor="geometric mean over seeds of the law at 1",
        seeds="number of seeds; of the solvable law, of starts",
        runs="number of runs that generalise",
    ),
    "training/grokking_orders.csv": _table(
        "abscissa and seed",
        "abscissa seed spearman scatter runs scatter_late runs_late",
        abscissa="output_ratio or size_ratio",
        spearman="rank correlation with the delay",
        scatter="e to the root mean square of ln delay about its best monotone function",
        runs="number of runs that generalise",
        scatter_late="the same of the runs with a delay above 1 only",
        runs_late="number of these",
    ),
    "training/initial_outputs.csv": _table(
        "run",
        "panel seed spread offset saturated",
        spread="standard deviation of the outputs over test images before training",
        offset="root mean square over classes of the mean outputs",
        saturated="share of first-layer units with |h| > 0.9",
    ),
    "training/grokking_*.csv": _table(
        "run and measured epoch",
        "panel seed weight_decay epoch train_accuracy test_accuracy train_loss test_loss norm"
        f" output_ratio {' '.join(_MEASURES)} kernel_distance kernel_left",
        **_MEASURES,
        epoch="passes over the training set",
        train_accuracy="share of training images classified rightly",
        test_accuracy="share of test images classified rightly",
        train_loss="sum over classes of the mean square error on training images",
        test_loss="the same on test images",
        norm="|θ|",
        kernel_distance="distance of the empirical kernel to the start; empty where not measured",
        kernel_left="the same to the kernel of the end",
    ),
    "theory/scaling.csv": _table(
        "pair of neighbouring resources",
        "bottleneck alpha resource local_exponent predicted_exponent",
        bottleneck="time, data or parameters",
        alpha="α: p_k ∝ k^-(1+α)",
        resource="geometric mean of both",
        local_exponent="slope of ln L on ln X, L a sum over skills",
        predicted_exponent="asymptotic exponent",
    ),
    "theory/feedback.csv": _table(
        "point of a trajectory", "start time a b source", start="number of the trajectory",
        time="time t of the flow", a="first layer", b="second layer",
    ),
    "theory/modes.csv": _table(
        "point of a curve", "model mode variance time relative_strength source",
        model="linear or layerwise", variance="E of the input", time="time t of the flow",
    ),
    "theory/mode_times.csv": _table(
        "model and mode", "model mode t10 t50 t90 t50_descent bend largest_error",
        model="linear or layerwise", t10="time of 0.1 in closed form", t50="the same, 0.5",
        t90="the same, 0.9", t50_descent="time at which gradient descent is 0.5",
        bend="time at which gradient descent is curved most below one half",
        largest_error="largest difference of descent from the closed form",
    ),
    "theory/drift.csv": _table(
        "learning rate", "rate drift flow_error",
        drift="largest change of an entry of W2ᵀW2 - W1W1ᵀ over |W|², over networks",
        flow_error="difference of (W1ᵀW1, W2W2ᵀ) to the exact flow over its norm, median",
    ),
    "theory/depth.csv": _table(
        "depth", "depth relative_width", relative_width="(t90 - t10)/t50"
    ),
    "theory/depth_curves.csv": _table(
        "point of a curve", "depth time relative_strength", time="time over half-time"
    ),
    "theory/staircase.csv": _table(
        "initial scale and mode", "scale mode measured predicted",
        scale="ε: entries start from N(0, ε²/h)", measured="half-time, mean over networks",
        predicted="half-time of the mode's seed, mean over networks",
    ),
    "theory/staircase_values.csv": _table(
        "initial scale and index", "scale index value", scale="ε: entries start from N(0, ε²/h)",
        index="from 1, the largest first", value="singular value of W1 at the end, mean",
    ),
    "theory/staircase_losses.csv": _table(
        "initial scale and time", "scale time loss", scale="ε: entries start from N(0, ε²/h)",
        time="time t of the flow", loss="|T - W1W2|²/|T|² of one network",
    ),
    "theory/collapse.csv": _table(
        "setting",
        "scale decay bias nc1 within_between equinorm equiangle nc3 nc3_uncentred nc4 rank draws"
        " within_between_std equinorm_std equiangle_std nc3_std",
        scale="ε, standard deviation of the initial weights and features",
        bias="whether the outputs have a trained bias",
        nc3_uncentred="the same with the classifier as it is", **_MEASURES,
        rank="participation rank of the centred class means",
        draws="number of draws that the measures are means over",
        **{f"{name}_std": f"standard deviation of {name} over draws"
           for name in ("within_between", "equinorm", "equiangle", "nc3")},
    ),
    "theory/collapse_features.csv": _table(
        "sample", "scale step label x y z", scale="ε", label="class",
        x="first principal axis of the class means at the end", y="second axis", z="third axis",
    ),
    "theory/kernel_plateau.csv": _table("spread", "spread distance"),
    "theory/kernel_contours.csv": _table(
        "spread and distance", "spread distance imbalance",
        imbalance="z = |λ| s/σ1 at which D falls to the distance; empty above the plateau",
    ),
    "theory/balanced_maps.csv": _table(
        "pixel",
        "variant start imbalance scale log_distance closed_form kernel_change growth_first"
        " growth_second",
        variant="what is scaled: weights, target or both",
        start="isotropic, or unequal singular values of the initial product",
        closed_form="mean over draws of log10(D∞ + 1e-6); empty for an unequal start",
    ),
    "theory/balanced_pixels.csv": _table(
        "draw and pixel", "draw imbalance scale spread z distance closed_form converged",
        z="|λ|/σ1 of the scaled target, which is |λ| s/σ1",
        converged="whether 25 times of the slowest mode have passed",
    ),
    "theory/balanced_errors.csv": _table(
        "learning rate and range of D∞", "rate range pixels error",
        error="median over pixels of |ln D/D∞|",
        range="above 1e-5 or below 1e-7, of D∞", pixels="number of these that have converged",
    ),
    "theory/mirrored_maps.csv": _table(
        "pixel", "imbalance scale log_distance residual ratio draws_richer",
        imbalance="l; the first layer is larger where positive",
        residual="|f-y|²/|y|² at the end, mean over draws", ratio="S/Σ0 = 2/(s (w1² + w2²))",
        draws_richer="share of draws in which l has the larger distance than -l",
    ),
    "theory/mirrored_asymmetry.csv": _table(
        "draw", "draw difference richer",
        difference="mean of log10 D(l)/D(-l) over pixels with l > 0",
        richer="share of these pixels in which it is positive",
    ),
    "theory/mirrored_powers.csv": _table(
        "network", "start imbalance ratio draw distance",
        start="mirrored halves, or independent ones", imbalance="l",
        ratio="S/Σ0 = 2/(s (w1² + w2²))",
    ),
    "theory/mirrored_slopes.csv": _table(
        "start and imbalance", "start imbalance slope std draws",
        start="mirrored halves, or independent ones", imbalance="l", std="over draws",
        draws="number of draws",
    ),
    "theory/neuron_growth.csv": _table(
        "ratio", "ratio predicted measured spread size_growth regime", ratio="Σ0/S",
        predicted="γ+", measured="mean over neurons of (a+b)², end over start",
        spread="largest less smallest over neurons", size_growth="Σ∞/Σ0",
        regime="lazy, between or rich",
    ),
    "theory/neuron_points.csv": _table(
        "neuron and time", "ratio neuron source growth a b", ratio="Σ0/S", neuron="number, from 0",
        growth="(a_i+b_i)² over its start", a="a_i", b="b_i",
    ),
    "theory/decaying_curves.csv": _table(
        "point of a curve", "norm decay time loss set source", time="time t of the flow",
        loss="squared error, on the span of the samples or of fresh inputs", set="train or test",
    ),
    "theory/decaying_times.csv": _table(
        "setting", "norm decay fitted predicted measured final_test",
        fitted="time at which the training loss is below 0.01", predicted="time of generalisation",
        measured="the same under gradient descent; empty if never", final_test="last test loss",
    ),
}  # fmt: skip
