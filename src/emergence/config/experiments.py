"""Blocks of experiments, one model for each architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emergence.config.blocks import Block, Increasing, One, Problems, Several, absent
from emergence.config.shared import Device, EngineName

BatchSize = Annotated[int, Field(ge=1, le=1_000_000)]
DatasetSize = Annotated[
    int, Field(ge=1, le=10_000_000, description="D, samples of the fixed training set")
]
Width = Annotated[int, Field(ge=1, le=65_536, description="N, hidden units")]
Steps = Annotated[int, Field(ge=1, le=100_000_000, description="optimiser steps of a run")]
InitialStd = Annotated[float, Field(gt=0, le=10)]
Activation = Literal["relu", "tanh", "gelu", "sigmoid", "quadratic", "linear"]
Runs = Annotated[int, Field(ge=1, le=100_000)]


class Schedule(Block):
    """How the learning rate falls."""

    factor: float = Field(gt=0, le=1, description="factor of the rate after `every` steps")
    every: int = Field(ge=1, description="steps after which the rate takes the factor, repeatedly")


class EarlyStop(Block):
    """When a run on a fixed training set may end before `steps`."""

    check_every: int = Field(ge=1, description="steps between checks")
    relative_loss: float = Field(
        gt=0, le=0.1, description="training loss over S^2 below which a run may stop"
    )
    remaining_change: float = Field(
        gt=0,
        le=0.1,
        description="bound on the change of any R_k/S to come, for a run to stop",
    )

    def unchecked_batches(self, dataset_size: int, batch_size: int) -> Problems:
        """A check looks at every batch's loss since the one before."""
        batches = dataset_size // batch_size
        if self.check_every < batches:
            yield (
                ("check_every",),
                self.check_every,
                f"at least the batches of a pass, {dataset_size} // {batch_size} = {batches}",
            )


class Experiment(Block):
    """What the blocks of all architectures have."""

    engine: EngineName | None = Field(
        None, exclude_if=absent, description="this experiment's training.engine"
    )
    device: Device | None = Field(
        None, exclude_if=absent, description="this experiment's training.device"
    )
    task: dict[str, Any] = Field(
        {}, exclude_if=absent, description="what differs from the paper's task"
    )
    measurement: dict[str, Any] = Field(
        {}, exclude_if=absent, description="what differs from the paper's measurement"
    )
    resource: Literal["time", "data", "parameters"] = Field(
        description="the bottleneck that is varied: training time, data set size, or hidden units"
    )
    widths: Several[Width] = Field(
        description="N, hidden units; several only where resource is parameters"
    )
    dataset_sizes: Several[DatasetSize] | None = Field(
        None,
        exclude_if=absent,
        description="D, samples of the fixed training set; only where resource is data",
    )
    batch_size: BatchSize = Field(
        description="samples per step; a fixed set of D samples is divided into "
        "max(1, D // batch_size) nearly equal batches"
    )
    optimizer: Literal["sgd", "adam", "adamw"] = Field(
        description="weight decay is added to the gradient in sgd and adam; adamw, which only the "
        "engine plain knows, shrinks the parameters instead"
    )
    learning_rate: float = Field(
        gt=0,
        le=100,
        description="step size on the mean square E[(f*-f)^2]: half the eta of a loss with the 1/2",
    )
    schedule: Schedule | None = Field(
        None, description="how the learning rate falls, null for a constant one"
    )
    momentum: float | None = Field(
        None, exclude_if=absent, ge=0, lt=1, description="mu of v <- mu v + gradient, of sgd"
    )
    weight_decay: float = Field(
        0.0, ge=0, le=10, description="coefficient of the parameters in the gradient"
    )
    precision: Literal["float32", "tf32", "bfloat16"] | None = Field(
        None,
        exclude_if=absent,
        description="of matrix products in training: float32; tf32 on a GPU; bfloat16",
    )
    steps: Steps
    measure_every: Annotated[int, Field(ge=1)] | Increasing[Annotated[int, Field(ge=0)]] | None = (
        Field(
            None,
            description="steps between measurements, or the steps of each, increasing; null for "
            "the end only, which is measured always",
        )
    )
    early_stop: EarlyStop | None = Field(
        None, description="when a run on a fixed training set may end before `steps`"
    )
    runs: Runs = Field(description="independent runs for each swept value")
    runs_per_job: Runs = Field(description="runs trained together in one job")

    def problems(self) -> Problems:
        """Sizes, measured steps and early stop that do not go together."""
        yield from self._sizes()
        yield from self._measured()
        if self.momentum and self.optimizer != "sgd":
            yield ("momentum",), self.momentum, "only with the optimizer sgd"
        if self.early_stop:
            yield from self._stopping(self.early_stop)

    def _sizes(self) -> Problems:
        sizes = self.dataset_sizes
        if self.resource == "data":
            if sizes is None:
                yield ("dataset_sizes",), None, "required when resource is data"
            elif self.batch_size > max(sizes):
                allowed = f"at most the largest of dataset_sizes = {max(sizes)}"
                yield ("batch_size",), self.batch_size, allowed
        elif sizes is not None:
            yield ("dataset_sizes",), list(sizes), "only when resource is data"
        if self.resource != "parameters" and len(self.widths) != 1:
            yield ("widths",), list(self.widths), f"one width when resource is {self.resource}"

    def _measured(self) -> Problems:
        key, every = ("measure_every",), self.measure_every
        if every is None:
            if self.resource == "time":
                yield key, None, "a number of steps, or a list of steps, when resource is time"
        elif isinstance(every, int):
            if self.steps % every:
                allowed = f"must divide steps = {self.steps}, so that the end is on the grid"
                yield key, every, allowed
        elif every[-1] > self.steps:
            yield key, list(every), f"must not exceed steps = {self.steps}"

    def _stopping(self, early_stop: EarlyStop) -> Problems:
        """What `training.protocol.train` assumes where runs may stop early."""
        if self.resource != "data":
            allowed = "only for fixed training sets (resource: data); use null"
            yield ("early_stop",), early_stop.model_dump(), allowed
            return
        if self.optimizer != "sgd":
            allowed = "with early_stop must be sgd: others take large steps on vanishing gradients"
            yield ("optimizer",), self.optimizer, allowed
        if self.weight_decay:
            allowed = "with early_stop must be 0: decay goes on moving what is fitted"
            yield ("weight_decay",), self.weight_decay, allowed
        largest = max(self.dataset_sizes or (0,))
        for key, value, allowed in early_stop.unchecked_batches(largest, self.batch_size):
            yield ("early_stop", *key), value, allowed


class TwoLayer(Experiment):
    """Two-layer networks."""

    architecture: Literal["two-layer"] = Field(
        "two-layer", exclude_if=lambda value: True, description="which network is trained"
    )
    initial_std: InitialStd = Field(
        description="sigma, standard deviation of every initial parameter"
    )
    activation: Activation | None = Field(
        None, exclude_if=absent, description="of hidden units, relu where none is named"
    )


class Deep(Experiment):
    """Networks of fully connected layers."""

    architecture: Literal["deep"] = Field(description="which network is trained")
    hidden_layers: int = Field(ge=0, le=100, description="hidden layers, 0 for a linear model")
    initial_std: InitialStd = Field(
        description="sigma: the weights of a layer with n inputs start from N(0, sigma^2/n)"
    )
    activation: Activation | None = Field(
        None, exclude_if=absent, description="of hidden units, relu where none is named"
    )


class Transformer(Experiment):
    """Transformers, on fresh data."""

    architecture: Literal["transformer"] = Field(description="which network is trained")
    resource: Literal["time"] = Field(description="the bottleneck that is varied: training time")
    widths: One[Annotated[int, Field(ge=1, le=8192, description="d, features of a token")]] = Field(
        description="d, features of a token, a multiple of heads; one value"
    )
    heads: int = Field(ge=1, le=128, description="attention heads")
    mlp_factor: int = Field(ge=1, le=64, description="hidden units of the MLP over d")
    momentum: float = Field(ge=0, lt=1, description="mu of v <- mu v + gradient, of sgd")
    precision: Literal["float32", "tf32", "bfloat16"] = Field(
        description="of matrix products in training: float32; tf32 on a GPU; bfloat16"
    )
    early_stop: None = Field(None, description="null: data are fresh at every step")

    def _sizes(self) -> Problems:
        yield from super()._sizes()
        if self.widths[0] % self.heads:
            yield ("widths",), list(self.widths), f"a multiple of heads = {self.heads}"


def _architecture(block: Any) -> str:
    """Tag of the model that checks a block; one that is unknown is refused by the first."""
    if isinstance(block, Experiment):
        return block.architecture  # type: ignore[attr-defined]
    named = block.get("architecture") if isinstance(block, Mapping) else None
    return named if named in ("transformer", "deep") else "two-layer"


AnyExperiment = Annotated[
    Annotated[TwoLayer, Tag("two-layer")]
    | Annotated[Deep, Tag("deep")]
    | Annotated[Transformer, Tag("transformer")],
    Discriminator(_architecture),
]
