"""The block of a paper: what every paper has. A paper's `Settings` adds blocks of its own."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationInfo, create_model, field_validator

from emergence.config.blocks import Block, Problems, Several, absent, never, refuse
from emergence.config.experiments import AnyExperiment
from emergence.config.settings import combined

Alpha = Annotated[float, Field(ge=0.05, le=3, description="alpha of P_s(k) ~ k^-(alpha+1)")]
Alphas = Annotated[Several[Alpha], Field(description="the alphas of P_s(k) ~ k^-(alpha+1)")]
# The table {a}_runs.csv of experiment a would be the summary of an experiment a_runs.
ExperimentName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        description="name of an experiment: lower-case letters, digits and _; must not end as a "
        "table's file name does: _runs, _prediction, _emergence, _rises, _rise_curves",
    ),
    never("_(runs|prediction|emergence|rises|rise_curves)"),
]
ProductsT = TypeVar("ProductsT", bound=Block)


class TaskBlock(Block):
    """What a network learns. Each task has a model of its own, named by its `kind`."""

    kind: str = Field(description="which task is learned")


class MeasurementBlock(Block):
    """What is measured while networks learn; every key is part of an experiment's settings."""

    inputs_per_skill: int = Field(
        ge=1, le=1_048_576, description="inputs on which each entry of a quantity is measured"
    )

    def problems_with(self, task: Any) -> Problems:
        """Keys that contradict the task."""
        return ()


class Learned(Block):
    """A task and what is measured while networks learn it."""

    task: TaskBlock
    measurement: MeasurementBlock

    @field_validator("measurement")
    @classmethod
    def _check_measurement(cls, value: MeasurementBlock, info: ValidationInfo) -> MeasurementBlock:
        if "task" in info.data:
            refuse(value.problems_with(info.data["task"]))
        return value


class Fitting(Block):
    """Intervals of what is fitted."""

    confidence: float = Field(gt=0, lt=1, description="coverage of the intervals")


class PaperBlock(Learned):
    """Task, measurement, experiments and fits of one paper.

    A paper's class overrides `task` and `measurement` by the models of its tasks.
    """

    data_exponents: Alphas | None = Field(
        None,
        exclude_if=absent,
        description="the alphas of the theory's products that name none",
    )
    experiments: dict[ExperimentName, AnyExperiment] = Field(
        description="one block for each experiment"
    )
    fitting: Fitting

    @field_validator("experiments")
    @classmethod
    def _check_own_tasks(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """What an experiment overrides must be valid with the rest of the paper's task."""
        keys = ("task", "measurement")
        if not set(keys) <= info.data.keys():
            return value
        common = {key: info.data[key].model_dump(mode="json") for key in keys}
        own = {
            name: {key: getattr(block, key) for key in keys}
            for name, block in value.items()
            if block.task or block.measurement
        }
        whole = {n: {k: combined(common[k], own[n][k]) for k in keys} for n in own}
        fields: Any = {k: (cls.model_fields[k].annotation, cls.model_fields[k]) for k in keys}
        model: Any = create_model("Learned", __base__=Learned, **fields)
        checked: dict[str, Learned] = TypeAdapter(dict[str, model]).validate_python(whole)
        for name, learned in checked.items():
            found = learned.model_dump(mode="json")
            changes = {k: {key: found[k][key] for key in own[name][k]} for k in keys}
            value[name] = value[name].model_copy(update=changes)
        return value


def with_exponents(products: ProductsT, exponents: Any) -> ProductsT:
    """The theory's products; those that name no data_exponents take the paper's."""
    inheriting = {
        name: product
        for name, product in products
        if getattr(product, "data_exponents", ()) is None
    }
    if exponents is None:
        refuse(
            ((name, "data_exponents"), None, "required where the paper has none")
            for name in inheriting
        )
    return products.model_copy(
        update={
            name: product.model_copy(update={"data_exponents": exponents})
            for name, product in inheriting.items()
        }
    )
