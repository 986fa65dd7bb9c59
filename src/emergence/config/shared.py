"""Keys that all papers share: preset, how training runs, how jobs are packed, what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from emergence.config.blocks import Block, Several, never
from emergence.config.engines import ENGINES

Device = Literal["auto", "cpu", "cuda"]
if TYPE_CHECKING:
    EngineName = str
else:
    EngineName = Literal["auto", *ENGINES]
Seconds = Annotated[float, Field(ge=0, le=1000)]
Operations = Annotated[float, Field(gt=0, le=1e18)]


class Training(Block):
    """How training runs; `engine` and `device` are part of an experiment's settings."""

    engine: EngineName = Field(
        description="lookup (C) is fast on CPUs, triton on GPUs, torch on both; plain trains every "
        "network; auto picks the first that can"
    )
    device: Device = Field(description="auto picks cuda when a GPU is visible")
    threads: int = Field(ge=1, le=256, description="CPU threads of one training job")
    checkpoint_seconds: float = Field(
        gt=0, le=86_400, description="seconds between checkpoints of a training job"
    )
    gpu_memory_mb: int = Field(
        ge=64,
        le=1_048_576,
        description="MiB of a GPU's memory for samples and activations of the torch engine",
    )
    scratch: str | None = Field(
        None,
        pattern=r"^\S+$",
        description="folder on the node's own disk for checkpoints while a job runs, such as "
        "$TMPDIR; null for the results folder",
    )


class StepCost(Block):
    """Seconds of a step on one thread or GPU: step + runs * batch * (sample + units * unit)."""

    step: Seconds = Field(description="seconds of each step")
    sample: Seconds = Field(description="seconds of each sample")
    unit: float = Field(gt=0, le=1, description="seconds of each sample and hidden unit")


class TransformerRates(Block):
    """Floating-point operations a second of a transformer."""

    cpu: Operations = Field(description="operations a second on one CPU thread")
    cuda: Operations = Field(description="operations a second on a GPU")


class Rates(Block):
    """Cost of training by engine."""

    lookup: StepCost
    torch: StepCost
    cuda: StepCost
    transformer: TransformerRates


class Planning(Block):
    """How jobs are packed and what is asked of a scheduler; changes no result."""

    packing: Literal["runs_per_job", "job_minutes"] = Field(
        description="which key says how many runs a training job holds"
    )
    job_minutes: float = Field(
        gt=0,
        le=100_000,
        description="minutes that a training job should last, where packing is job_minutes",
    )
    longest_job_minutes: float | None = Field(
        ge=1, le=1_000_000, description="longest time asked for a job, null for no limit"
    )
    rates: Rates


class Cost(Block):
    """What the estimate of energy assumes."""

    watts_per_core: float = Field(
        gt=0, le=1000, description="power of one busy processor core, W; memory is not counted"
    )


class Folders(Block):
    """The papers that are built; their blocks are keys beside this one."""

    papers: Several[Annotated[str, Field(pattern=r"^(.*/)?[a-z][a-z0-9_]*/?$")]] = Field(
        description="folder of each paper, relative to the checkout or absolute",
    )


class Shared(Folders):
    """The configuration without the papers' blocks."""

    preset: Annotated[str, never(r"shipped")] = Field(
        pattern=r"^[a-z][a-z0-9_-]{0,31}$",
        description="name of the results folder, results/{preset}: lower-case letters, digits, _ "
        "and -; not shipped",
    )
    root_seed: int = Field(ge=0, le=2**63 - 1, description="seed of every random number")
    source: Literal["train", "shipped"] = Field(
        description="train: aggregate this preset's own runs; shipped: take the aggregated tables "
        "of results/shipped"
    )
    training: Training
    planning: Planning
    cost: Cost
