"""Deep tanh networks on few images: lazily fitted first, generalised much later, or at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from emergence.training.engines.stacked import StackedEngine
from emergence.training.ensemble import Ensemble, Optimizer


@dataclass(frozen=True)
class Panel:
    """Factors of the authors' protocol: of weights, target, input and output."""

    weights: float
    target: float
    input: float = 1.0
    output: float = 1.0


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
        times the number of classes.
        """
        task, decay = self.task(panels[0]), self.weight_decay * CLASSES
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
            optimizer=Optimizer("adam", decay, epsilon=1e-8 * CLASSES),
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
    """Accuracy, loss, norm and kernel of the runs of one panel.

    One row per run and measured epoch: panel, seed, weight_decay, epoch, train_accuracy,
    test_accuracy, train_loss, test_loss, norm |θ|, kernel_distance to the start (empty where not
    measured), output_ratio (standard deviation of the outputs at the start over the target).
    panels: factors by name. decayed: with the protocol's weight decay, else without.
    """
    shared = Protocol(**protocol)
    shared = shared if decayed else replace(shared, weight_decay=0.0)
    factors = Panel(**panels[panel])
    streams = [Stream(stream.key, seed) for seed in range(shared.seeds)]
    found = _train(shared, [factors] * shared.seeds, streams, threads)
    return found.assign(panel=panel, weight_decay=shared.weight_decay)[_columns(found)]


def _columns(found: pd.DataFrame) -> list[str]:
    return ["panel", "seed", "weight_decay", *found.columns.drop("seed")]


def _train(
    shared: Protocol, panels: Sequence[Panel], streams: Sequence[Stream], threads: int
) -> pd.DataFrame:
    ensemble, engine = shared.engine(panels, streams, threads)
    kernels = _Kernels(shared, ensemble, engine)
    rows, done = [], 0
    ratio = [
        float(engine.outputs(run, _test_inputs(ensemble, run)).std() / panels[run].target)
        for run in range(ensemble.n_runs)
    ]
    for index, epoch in enumerate(shared.measured_epochs):
        steps = int(epoch) * shared.steps_per_epoch
        if steps > done:
            engine.advance(done, steps, shared.learning_rate)
            done = steps
        measured, norms = engine.measure(steps), np.sqrt(engine.squared_norms())
        last = epoch == shared.epochs
        wanted = shared.kernel_samples and (index % shared.kernel_every == 0 or last)
        distances = kernels.distances() if wanted else np.full(ensemble.n_runs, np.nan)
        for run in range(ensemble.n_runs):
            rows.append(
                {
                    "seed": run,
                    "epoch": int(epoch),
                    "train_accuracy": measured["accuracy"][run, TRAIN],
                    "test_accuracy": measured["accuracy"][run, TEST],
                    "train_loss": measured["loss"][run, TRAIN],
                    "test_loss": measured["loss"][run, TEST],
                    "norm": norms[run],
                    "kernel_distance": distances[run],
                    "output_ratio": ratio[run],
                }
            )
    return pd.DataFrame(rows).sort_values(["seed", "epoch"], ignore_index=True)


def _test_inputs(ensemble: Ensemble, run: int) -> NDArray[np.float32]:
    return ensemble.task.samples(ensemble.data_of(run), TEST)[0].inputs  # type: ignore[attr-defined]


class _Kernels:
    """Empirical tangent kernels of all runs on test images, against those of the start."""

    def __init__(self, shared: Protocol, ensemble: Ensemble, engine: StackedEngine) -> None:
        self._engine = engine
        self._inputs = [
            torch.from_numpy(_test_inputs(ensemble, run)[: shared.kernel_samples])
            for run in range(ensemble.n_runs)
        ]
        self._start: list[torch.Tensor] = []

    def distances(self) -> NDArray[np.float64]:
        """1 - <K0,K>/(|K0||K|), (runs,)."""
        found = [self._kernel(run) for run in range(len(self._inputs))]
        self._start = self._start or found
        return np.array(
            [
                1.0 - float((k * k0).sum() / (k.norm() * k0.norm()))
                for k, k0 in zip(found, self._start, strict=True)
            ]
        )

    def _kernel(self, run: int) -> torch.Tensor:
        parameters, module = self._engine.network(run), self._engine.module

        def output(p: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
            return functional_call(module, p, (x[None],))[0]

        jacobians = vmap(jacrev(output), (None, 0))(parameters, self._inputs[run])
        flat = torch.cat([j.flatten(2) for j in jacobians.values()], dim=2).flatten(0, 1)
        return (flat @ flat.T).double()


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
            inputs = _test_inputs(ensemble, seed)
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


def delays(
    *,
    weights: Sequence[float],
    targets: Sequence[float],
    outputs: Sequence[float],
    decays: Sequence[float],
    panels: Mapping[str, Mapping[str, float]],
    stream: Stream,
    threads: int = 1,
    **protocol: Any,
) -> pd.DataFrame:
    """The grid of delays: every (w, t, out) with the protocol's decay, and panel a with others.

    One row per run: kind ("ratio" or "decay"), weights, target, output, and the columns of
    `summary`.
    """
    shared = replace(Protocol(**protocol), kernel_samples=0)
    rows = []
    for target in targets:
        for output in outputs:
            settings = [Panel(w, target, 1.0, output) for w in weights]
            streams = [Stream(stream.key, 0)] * len(settings)
            found = _train(shared, settings, streams, threads)
            rows += [
                {
                    "kind": "ratio",
                    **_factors(settings[run]),
                    **summary_row(group, shared.weight_decay),
                }
                for run, group in found.groupby("seed")
            ]
    grokking = Panel(**panels["a"])
    for decay in decays:
        # a slower decay needs more epochs: as many as its inverse asks for
        epochs = int(shared.epochs * max(1.0, shared.weight_decay / decay))
        changed = replace(shared, weight_decay=decay, epochs=epochs)
        streams = [Stream(stream.key, seed) for seed in range(shared.seeds)]
        found = _train(changed, [grokking] * shared.seeds, streams, threads)
        rows += [
            {"kind": "decay", **_factors(grokking), **summary_row(group, decay)}
            for _, group in found.groupby("seed")
        ]
    return pd.DataFrame(rows)


def _factors(panel: Panel) -> dict[str, float]:
    return {"weights": panel.weights, "target": panel.target, "output": panel.output}


def summary_row(runs: pd.DataFrame, weight_decay: float) -> dict[str, float]:
    """What decides whether one run groks; epochs are empty where a level is never reached.

    delay: epoch of test ≥ 0.95 of its end over epoch of train ≥ 0.95.
    """
    train, test = runs["train_accuracy"].to_numpy(), runs["test_accuracy"].to_numpy()
    epochs = runs["epoch"].to_numpy()

    def first(values: NDArray, level: float) -> float:
        reached = np.flatnonzero(values >= level)
        return float(epochs[reached[0]]) if len(reached) else np.nan

    fitted, general = first(train, 0.95), first(test, 0.95 * test.max())
    at_fit = test[epochs == fitted][0] if np.isfinite(fitted) else np.nan
    distances = runs.dropna(subset="kernel_distance")
    return {
        "seed": int(runs["seed"].iloc[0]),
        "weight_decay": weight_decay,
        "train_95": fitted,
        "test_80": first(test, 0.8),
        "test_general": general,
        "delay": general / fitted,
        "test_at_train_95": at_fit,
        "final_test": test[-1],
        "norm_start": runs["norm"].iloc[0],
        "norm_end": runs["norm"].iloc[-1],
        "output_ratio": runs["output_ratio"].iloc[0],
        "kernel_at_train_95": _at(distances, fitted),
        "kernel_at_test": _at(distances, general),
        "kernel_end": distances["kernel_distance"].iloc[-1] if len(distances) else np.nan,
    }


def _at(distances: pd.DataFrame, epoch: float) -> float:
    """Kernel distance at an epoch, linear between measured ones in ln(epoch + 1)."""
    if not len(distances) or np.isnan(epoch):
        return np.nan
    grid = np.log1p(distances["epoch"])
    return float(np.interp(np.log1p(epoch), grid, distances["kernel_distance"]))


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


def scan_both(
    *,
    grokking: Mapping[str, Any],
    scan: Mapping[str, Any],
    panels: Mapping[str, Mapping[str, float]],
    stream: Stream,
    threads: int = 1,
) -> pd.DataFrame:
    """`delays` with the two blocks of the configuration."""
    return delays(**grokking, **scan, panels=panels, stream=stream, threads=threads)
