"""The block `nam2025` of the configuration: what this paper has besides task and experiments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emergence.config.blocks import Block, Listed, Problems, Several
from emergence.config.paper_block import Alphas, MeasurementBlock, PaperBlock, TaskBlock
from emergence.tasks.images import IDX_SOURCES, absent_files

Positive = Annotated[float, Field(gt=0, le=1e6)]
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Kind = Literal["emergence.tasks.linear_regression:LinearRegression"]


class LinearBlock(TaskBlock):
    """Linear regression with independent inputs."""

    kind: Kind = Field(
        "emergence.tasks.linear_regression:LinearRegression", description="this task"
    )
    variances: Listed[Positive] = Field(description="E_k, variances of the inputs")
    targets: Listed[Positive] = Field(description="S_k, singular values of the target")

    def problems(self) -> Problems:
        """One target for each input."""
        if len(self.targets) != len(self.variances):
            allowed = f"as many entries as variances = {len(self.variances)}"
            yield ("targets",), list(self.targets), allowed


class Feedback(Block):
    """Fig. 2: the plane of both layers."""

    target: Positive = Field(description="S")
    final_time: Positive = Field(description="t at which trajectories end")
    points: Count = Field(description="points of a trajectory")


class Modes(Block):
    """Fig. 3: linear and layerwise modes."""

    variances: Several[Positive] = Field(description="E_k")
    target: Positive = Field(description="S")
    initial: Positive = Field(description="s0 = a(0) b(0)")
    rate: Positive = Field(description="learning rate of gradient descent")
    final_time: Positive = Field(description="t at which curves end")
    points: Count = Field(description="points of a curve")


class Drift(Block):
    """What gradient flow conserves, at several learning rates."""

    rates: Several[Positive] = Field(description="learning rates")
    final_time: Positive = Field(description="t, learning rate times steps")
    draws: Count = Field(description="networks")


class Depth(Block):
    """Chains of several depths."""

    depths: Several[Annotated[int, Field(ge=1, le=1000)]] = Field(description="L, layers")
    initial: Share = Field(description="c0")
    target: Positive = Field(description="S")


class Staircase(Block):
    """Modes of a two-layer linear network from random weights."""

    scales: Several[Positive] = Field(description="epsilon: entries start from N(0, epsilon^2/h)")
    values: Several[Positive] = Field(description="sigma_k, singular values of the target")
    size: Count = Field(description="d = h, inputs and hidden units")
    rate: Positive = Field(description="learning rate")
    steps: Count = Field(description="steps of gradient descent")
    draws: Count = Field(description="networks for each scale")


class Collapse(Block):
    """Fig. 5: the unconstrained-feature model."""

    classes: Annotated[int, Field(ge=2, le=100)] = Field(description="K")
    per_class: Count = Field(description="samples of a class")
    hidden: Count = Field(description="h, features")
    scales: Several[Positive] = Field(description="epsilon, standard deviation of the start")
    rate: Positive = Field(description="learning rate")
    steps: Count = Field(description="steps without decay")
    decay: Positive = Field(description="weight decay of the rows with decay")
    decay_steps: Count = Field(description="steps with decay")
    draws: Count = Field(description="networks behind a row")


class BalancedMaps(Block):
    """Fig. 6a: kernel distance of balanced networks."""

    imbalance: Positive = Field(description="largest |lambda|")
    scale: Positive = Field(description="largest scale s; the smallest is 1")
    pixels: Annotated[int, Field(ge=2, le=200)] = Field(description="values of each axis")
    rate: Positive = Field(description="learning rate")
    steps: Count = Field(description="updates before the kernel is taken")
    draws: Count = Field(description="draws of the target")
    samples: Count = Field(description="P, samples behind a draw of the target")


class MirroredMaps(Block):
    """Fig. 6b: kernel distance of networks that start at output 0."""

    pixels: Annotated[int, Field(ge=2, le=200)] = Field(description="values of each axis")
    rate: Positive = Field(description="learning rate")
    steps: Count = Field(description="updates before the kernel is taken")
    draws: Count = Field(description="draws of weights and data")
    power_steps: Count = Field(description="updates of the runs behind the power law")


class Neurons(Block):
    """Fig. 7: neurons that share one mode."""

    neurons: Count = Field(description="p")
    ratios: Several[Positive] = Field(description="Sigma0/S")


class DecayingModel(Block):
    """The solvable model that groks."""

    inputs: Count = Field(description="d")
    samples: Count = Field(description="n < d")
    norms: Several[Positive] = Field(description="norm of the start over that of the target")
    decays: Several[Annotated[float, Field(ge=0, le=1)]] = Field(description="beta")
    rate: Positive = Field(description="learning rate")
    level: Share = Field(description="share of the target's square at which the model generalises")

    def problems(self) -> Problems:
        """Part of the inputs is unseen."""
        if self.samples >= self.inputs:
            yield ("samples",), self.samples, f"must be below inputs = {self.inputs}"


class Scaling(Block):
    """Local slopes of the multilinear model's loss."""

    data_exponents: Alphas
    skills: Annotated[int, Field(ge=20_000, le=10_000_000)] = Field(
        description="skills summed one by one"
    )
    points: Annotated[int, Field(ge=3, le=1000)] = Field(
        description="amounts of each resource, with skills 100 to 10,000 in reach"
    )
    target_scale: Positive = Field(description="S")
    initial_strength: Positive = Field(description="R_k(0)")


class Theory(Block):
    """Arguments of the theory's products."""

    feedback: Feedback
    modes: Modes
    drift: Drift
    depth: Depth
    staircase: Staircase
    collapse: Collapse
    balanced_maps: BalancedMaps
    mirrored_maps: MirroredMaps
    neurons: Neurons
    decaying: DecayingModel
    scaling: Scaling


class Grokking(Block):
    """Deep tanh networks on images."""

    source: Literal["digits", "mnist", "fashion_mnist"] = Field(description="data set")
    folder: str = Field(
        "", pattern=r"^[^\n]*$", description="folder of the idx files of mnist or fashion_mnist"
    )
    train_samples: Annotated[int, Field(ge=10, le=60_000)] = Field(description="training images")
    test_samples: Count = Field(description="test images at most")
    width: Count = Field(description="units of a hidden layer")
    hidden_layers: Annotated[int, Field(ge=1, le=20)] = Field(description="hidden layers")
    batch_size: Count = Field(description="samples of a step")
    learning_rate: Positive = Field(description="of Adam")
    weight_decay: Annotated[float, Field(gt=0, le=1)] = Field(
        description="L2 in the gradient of the mean square over samples and classes"
    )
    epochs: Count = Field(description="passes over the training set")
    seeds: Annotated[int, Field(ge=1, le=100)] = Field(description="runs of each panel")
    points: Annotated[int, Field(ge=5, le=10_000)] = Field(description="measured epochs, about")
    kernel_samples: Annotated[int, Field(ge=1, le=500)] = Field(
        description="test images of the empirical kernel"
    )
    kernel_every: Annotated[int, Field(ge=1, le=1000)] = Field(
        description="measurements between kernels"
    )

    def problems(self) -> Problems:
        """Files of the user lie in the folder."""
        if self.source in IDX_SOURCES and (absent := absent_files(self.folder)):
            allowed = f"must be a folder with {', '.join(absent)} where source is {self.source}"
            yield ("folder",), self.folder, allowed


class Scan(Block):
    """The grids of grokking delays; a run ends when it generalises."""

    weights: Several[Positive] = Field(description="w, factors of the weights")
    targets: Several[Positive] = Field(description="t, factors of the target")
    outputs: Several[Positive] = Field(description="factors of the output")
    grid_outputs: Several[Positive] = Field(
        description="factors of the output of panel a in the grid with decays"
    )
    decays: Several[Annotated[float, Field(gt=0, le=1)]] = Field(
        description="weight decays of that grid"
    )
    decoupled_decays: Several[Positive] = Field(description="weight decays of panel a with AdamW")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="runs of each setting")


class Settings(PaperBlock):
    """The block `nam2025`."""

    task: LinearBlock
    measurement: MeasurementBlock
    theory: Theory
    grokking: Grokking
    scan: Scan
