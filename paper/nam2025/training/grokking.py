"""Deep tanh networks on few images: lazily fitted first, generalised much later, or at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch.func import functional_call, jacrev, vmap

from emergence.models.network import Parameters, initial_parameters
from emergence.models.scaled import ScaledDeep
from emergence.randomness import Stream
from emergence.tasks.experiments import draw_runs
from emergence.tasks.images import CLASSES, TEST, TRAIN, Images
from emergence.theory.layerwise.collapse import measures
from emergence.training.engines.stacked import StackedEngine
from emergence.training.ensemble import Ensemble, Optimizer

# The only definition of delay: epoch of test accuracy ≥ GENERAL over epoch of training ≥ FITTED.
FITTED, GENERAL = 0.95, 0.8
COLLAPSE = ("nc1", "within_between", "equinorm", "equiangle", "nc3", "nc4")


@dataclass(frozen=True)
class Panel:
    """Factors of the authors' protocol: of weights, target, input and output."""

    weights: float
    target: float
    input: float = 1.0
    output: float = 1.0

    @property
    def size_ratio(self) -> float:
        """Σ0/S of the theory of two layers up to a constant: Σ0 ∝ w² out, S ∝ t/in."""
        return self.weights**2 * self.output * self.input / self.target


@dataclass(frozen=True)
class Protocol:
    """What all panels share; keys of the block `grokking` of the configuration."""

    source: str
    folder: str
    train_samples: int
    test_samples: int
    width: int
    hidden_layers: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    epochs: int
    seeds: int
    points: int
    kernel_samples: int
    kernel_every: int
    optimizer: str = "adam"

    @property
    def steps_per_epoch(self) -> int:
        """Batches of a pass over the training set."""
        return -(-self.train_samples // self.batch_size)

    @property
    def measured_epochs(self) -> NDArray[np.int64]:
        """0, then epochs spaced evenly in the logarithm."""
        grid = np.geomspace(1, self.epochs, self.points).round().astype(np.int64)
        return np.unique(np.concatenate([[0], grid]))

    def task(self, panel: Panel) -> Images:
        """Images with the panel's scales."""
        return Images(
            self.source, self.train_samples, panel.target, panel.input, self.test_samples,
            self.folder,
        )  # fmt: skip

    def network(self, panel: Panel) -> ScaledDeep:
        """The panel's network."""
        inputs = 64 if self.source == "digits" else 784
        widths = (self.width,) * self.hidden_layers
        return ScaledDeep(inputs, widths, panel.weights, "tanh", CLASSES, panel.output)

    def engine(self, panels: Sequence[Panel], streams: Sequence[Stream], threads: int):
        """One run for each stream; panels may differ in the size of weights only.

        The authors average over classes, an engine sums: Adam's steps are the same with decay and ε
        times the number of classes. The decay of adamw acts on the weights as it is.
        """
        task, decay = self.task(panels[0]), self.weight_decay
        decay *= CLASSES if self.optimizer == "adam" else 1
        starts = [
            initial_parameters(self.network(panel), [stream])
            for panel, stream in zip(panels, streams, strict=True)
        ]
        arrays = {
            name: np.concatenate([one.arrays[name] for one in starts]) for name in starts[0].arrays
        }
        ensemble = Ensemble(
            task=task,
            streams=tuple(streams),
            data=draw_runs(task, streams, []),
            initial=Parameters(self.network(panels[0]), arrays),
            batch_size=self.batch_size,
            measurement_inputs=0,
            optimizer=Optimizer(self.optimizer, decay, epsilon=1e-8 * CLASSES),
        )
        return ensemble, StackedEngine(ensemble, threads)


def curves(
    *,
    panel: str,
    panels: Mapping[str, Mapping[str, float]],
    stream: Stream,
    threads: int = 1,
    decayed: bool = True,
    **protocol: Any,
) -> pd.DataFrame:
    """Accuracy, loss, norm, kernel and collapse of the runs of one panel.

    One row per run and measured epoch: panel, seed, weight_decay, epoch, train_accuracy,
    test_accuracy, train_loss, test_loss, norm |θ|, output_ratio (standard deviation of the outputs
    at the start over the target). At every `kernel_every`-th of them, and where a run first is
    fitted or generalises: kernel_distance (to the kernel of the start), kernel_left (to that of the
    end), and COLLAPSE, measures of the last hidden layer on the training set.
    panels: factors by name. decayed: with the protocol's weight decay, else without.
    """
    shared = Protocol(**protocol)
    shared = shared if decayed else replace(shared, weight_decay=0.0)
    factors = Panel(**panels[panel])
    found = _train(shared, [factors] * shared.seeds, stream, threads)
    names = ["panel", "seed", "weight_decay", *found.columns.drop("seed")]
    return found.assign(panel=panel, weight_decay=shared.weight_decay)[names]


def _train(
    shared: Protocol, panels: Sequence[Panel], stream: Stream, threads: int, to_end: bool = True
) -> pd.DataFrame:
    """Curves of one run for each panel, which is also its seed.

    to_end: else training ends when all runs are fitted and generalise, and no kernel is measured.
    """
    streams = [Stream(stream.key, seed) for seed in range(len(panels))]
    ensemble, engine = shared.engine(panels, streams, threads)
    ratio = [
        float(engine.outputs(run, _inputs(ensemble, run, TEST)).std() / panels[run].target)
        for run in range(ensemble.n_runs)
    ]
    rows, kernels, done = [], {}, 0
    reached = np.zeros((ensemble.n_runs, 2), dtype=bool)
    for index, epoch in enumerate(shared.measured_epochs):
        steps = int(epoch) * shared.steps_per_epoch
        if steps > done:
            engine.advance(done, steps, shared.learning_rate)
            done = steps
        measured, norms = engine.measure(steps), np.sqrt(engine.squared_norms())
        now = reached | (measured["accuracy"] >= (FITTED, GENERAL))
        regular = index % shared.kernel_every == 0 or epoch == shared.epochs
        wanted = to_end and (regular or (now != reached).any())
        reached = now
        for run in range(ensemble.n_runs):
            if wanted:
                inputs = _inputs(ensemble, run, TEST)[: shared.kernel_samples]
                kernels[run, int(epoch)] = _kernel(engine, run, inputs)
            rows.append(
                {
                    "seed": run,
                    "epoch": int(epoch),
                    "train_accuracy": measured["accuracy"][run, TRAIN],
                    "test_accuracy": measured["accuracy"][run, TEST],
                    "train_loss": measured["loss"][run, TRAIN],
                    "test_loss": measured["loss"][run, TEST],
                    "norm": norms[run],
                    "output_ratio": ratio[run],
                    **(_collapse(ensemble, engine, run) if wanted else {}),
                }
            )
        if not to_end and reached.all():
            break
    found = pd.DataFrame(rows).sort_values(["seed", "epoch"], ignore_index=True)
    at = list(zip(found["seed"], found["epoch"], strict=True))
    for name, end in (("kernel_distance", min), ("kernel_left", max)):
        of = {run: kernels[run, end(e for r, e in kernels if r == run)] for run, _ in kernels}
        found[name] = [
            _distance(kernels[run, epoch], of[run]) if (run, epoch) in kernels else np.nan
            for run, epoch in at
        ]
    return found


def _inputs(ensemble: Ensemble, run: int, of: int) -> NDArray[np.float32]:
    return ensemble.task.samples(ensemble.data_of(run), of)[0].inputs  # type: ignore[attr-defined]


def _distance(one: torch.Tensor, other: torch.Tensor) -> float:
    """1 - <K,K'>/(|K||K'|), which rounding may not take below 0."""
    return max(0.0, 1.0 - float((one * other).sum() / (one.norm() * other.norm())))


def _kernel(engine: StackedEngine, run: int, inputs: NDArray[np.float32]) -> torch.Tensor:
    """Empirical tangent kernel of one run on some inputs, (outputs · inputs) squared."""

    def output(p: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        return functional_call(engine.module, p, (x[None],))[0]

    jacobians = vmap(jacrev(output), (None, 0))(engine.network(run), torch.from_numpy(inputs))
    flat = torch.cat([j.flatten(2) for j in jacobians.values()], dim=2).flatten(0, 1)
    return (flat @ flat.T).double()


def _collapse(ensemble: Ensemble, engine: StackedEngine, run: int) -> dict[str, float]:
    """Measures COLLAPSE of the last hidden layer on the training set, and of the last weights."""
    batch, labels = ensemble.task.samples(ensemble.data_of(run), TRAIN)  # type: ignore[attr-defined]
    arrays = {name: one.double().numpy() for name, one in engine.network(run).items()}
    hidden, last = batch.inputs.astype(np.float64), len(arrays) // 2 - 1
    for layer in range(last):
        hidden = np.tanh(
            hidden @ arrays[f"layers.{layer}.weight"].T + arrays[f"layers.{layer}.bias"]
        )
    weights, bias = (arrays[f"layers.{last}.{name}"] for name in ("weight", "bias"))
    found = measures(hidden.T, labels, weights, bias)
    return {name: found[name] for name in COLLAPSE}


def initial_outputs(
    *, panels: Mapping[str, Mapping[str, float]], stream: Stream, **protocol: Any
) -> pd.DataFrame:
    """What networks compute before training: columns panel, seed, spread, offset, saturated.

    spread: standard deviation of the outputs over test images, root mean square over classes.
    offset: root mean square over classes of the outputs' means. saturated: share of units of the
    first layer with |h| > 0.9.
    """
    shared, rows = Protocol(**protocol), []
    for name, factors in panels.items():
        panel = Panel(**factors)
        streams = [Stream(stream.key, seed) for seed in range(shared.seeds)]
        ensemble, engine = shared.engine([panel] * shared.seeds, streams, 1)
        for seed in range(shared.seeds):
            inputs = _inputs(ensemble, seed, TEST)
            outputs = engine.outputs(seed, inputs)
            weights = engine.network(seed)
            first = weights["layers.0.weight"].numpy(), weights["layers.0.bias"].numpy()
            hidden = np.tanh(inputs @ first[0].T + first[1])
            rows.append(
                {
                    "panel": name,
                    "seed": seed,
                    "spread": float(np.sqrt(outputs.var(axis=0).mean())),
                    "offset": float(np.sqrt(np.mean(outputs.mean(axis=0) ** 2))),
                    "saturated": float(np.mean(np.abs(hidden) > 0.9)),
                }
            )
    return pd.DataFrame(rows)


def ratio_scan(
    *,
    grokking: Mapping[str, Any],
    scan: Mapping[str, Any],
    stream: Stream,
    threads: int = 1,
) -> pd.DataFrame:
    """Delays of every setting of weights, target and output, with the protocol's decay.

    One row per run: weights, target, output, size_ratio (see `Panel`), and SCANNED. Blocks
    grokking and scan of the configuration.
    """
    shared = replace(Protocol(**grokking), seeds=scan["seeds"])
    settings = product(scan["weights"], scan["targets"], scan["outputs"])
    panels = [Panel(weights, target, 1.0, output) for weights, target, output in settings]
    return pd.concat([_scanned(shared, one, stream, threads) for one in panels], ignore_index=True)


def decay_scan(
    *,
    grokking: Mapping[str, Any],
    scan: Mapping[str, Any],
    panels: Mapping[str, Mapping[str, float]],
    stream: Stream,
    threads: int = 1,
) -> pd.DataFrame:
    """Delays of panel a for several output scales and weight decays, and with AdamW.

    One row per run: optimizer, and the columns of `ratio_scan`. AdamW takes its own decays, which
    shrink the weights by learning rate · decay a step.
    """
    shared = replace(Protocol(**grokking), seeds=scan["seeds"])
    default = Panel(**panels["a"])
    settings = [
        *(("adam", *one) for one in product(scan["grid_outputs"], scan["decays"])),
        *(("adamw", default.output, decay) for decay in scan["decoupled_decays"]),
    ]
    tables = []
    for optimizer, output, decay in settings:
        changed = replace(shared, weight_decay=decay, optimizer=optimizer)
        panel = replace(default, output=output)
        found = _scanned(changed, panel, stream, threads)
        tables.append(found.assign(optimizer=optimizer))
    return pd.concat(tables, ignore_index=True)


def _scanned(shared: Protocol, panel: Panel, stream: Stream, threads: int) -> pd.DataFrame:
    """Rows of one setting, which ends when all its runs are fitted and generalise.

    Until then they have four times the epochs of the protocol.
    """
    longer = replace(shared, epochs=4 * shared.epochs)
    found = _train(longer, [panel] * shared.seeds, stream, threads, to_end=False)
    factors = {
        "weights": panel.weights, "target": panel.target, "output": panel.output,
        "size_ratio": panel.size_ratio,
    }  # fmt: skip
    rows = [summary_row(group, shared.weight_decay) for _, group in found.groupby("seed")]
    return pd.DataFrame([{**factors, **{k: row[k] for k in SCANNED}} for row in rows])


# What is known of a run that ends when it generalises.
SCANNED = (
    *("seed", "weight_decay", "train_95", "test_80", "delay", "test_at_train_95"),
    *("norm_start", "norm_at_test", "output_ratio"),
)


def summary_row(runs: pd.DataFrame, weight_decay: float) -> dict[str, float]:
    """What decides whether one run groks; epochs are empty where a level is never reached.

    delay: test_80 over train_95, as FITTED and GENERAL say. test_general: the epoch of 0.95 of the
    largest test accuracy, another reading of "generalises", which decides nothing here.
    """
    train, test = runs["train_accuracy"].to_numpy(), runs["test_accuracy"].to_numpy()
    epochs, norms = runs["epoch"].to_numpy(), runs["norm"].to_numpy()

    def first(values: NDArray, level: float) -> float:
        reached = np.flatnonzero(values >= level)
        return float(epochs[reached[0]]) if len(reached) else np.nan

    def at(epoch: float, column: str) -> float:
        rows = runs[runs["epoch"] == epoch]
        return float(rows[column].iloc[0]) if len(rows) else np.nan

    fitted, general = first(train, FITTED), first(test, GENERAL)
    return {
        "seed": int(runs["seed"].iloc[0]),
        "weight_decay": weight_decay,
        "train_95": fitted,
        "test_80": general,
        "test_general": first(test, 0.95 * test.max()),
        "delay": general / fitted,
        "test_at_train_95": at(fitted, "test_accuracy"),
        "final_test": test[-1],
        "norm_start": norms[0],
        "norm_at_test": at(general, "norm"),
        "norm_end": norms[-1],
        "output_ratio": runs["output_ratio"].iloc[0],
        "kernel_at_train_95": at(fitted, "kernel_distance"),
        "kernel_at_test": at(general, "kernel_distance"),
        "kernel_left_at_train_95": at(fitted, "kernel_left"),
        "kernel_left_at_test": at(general, "kernel_left"),
        "kernel_end": runs["kernel_distance"].iloc[-1],
    }


REQUIRED = (
    *("panel", "seed", "weight_decay", "train_95", "test_80"),
    *("test_at_train_95", "final_test", "norm_start", "norm_end"),
)


@dataclass(frozen=True)
class Summaries:
    """runs: one row per run with the columns REQUIRED. delays: all that `summary_row` finds."""

    runs: pd.DataFrame
    delays: pd.DataFrame


def summary(*, curves: Sequence[pd.DataFrame]) -> Summaries:
    """Every run of every panel, from the panels' curves."""
    rows = [
        {"panel": panel, **summary_row(group, decay)}
        for table in curves
        for (panel, decay, _), group in table.groupby(["panel", "weight_decay", "seed"])
    ]
    found = pd.DataFrame(rows)
    return Summaries(found[list(REQUIRED)], found)
