"""A toy paper: one experiment on a task of its own, one figure, one claim."""

from typing import Literal

from pydantic import Field

from emergence.config.paper_block import MeasurementBlock, PaperBlock, TaskBlock
from emergence.papers import Exhibit, Product


class LineTask(TaskBlock):
    """Keys of the task."""

    kind: Literal["tests.toy.task:Line"] = Field("tests.toy.task:Line", description="this task")
    n_inputs: int = Field(ge=1, description="length of an input")
    slope: float = Field(description="of the target in each input")


class LineMeasurement(MeasurementBlock):
    """Keys of measuring."""


class Settings(PaperBlock):
    """The paper's block of the configuration."""

    task: LineTask
    measurement: LineMeasurement


TITLE = "Networks learn a line"
EXPERIMENTS = ("line",)
PRODUCTS = {
    "claims": Product(
        "claims:claims", inputs={"means": "aggregated/line.csv"}, outputs={"-": "claims.csv"}
    )
}
FIGURES = {
    "fig1_loss": Exhibit(
        title="The loss falls",
        caption="Loss of {{ config.experiments.line.runs }} networks that learn a line.",
        tables={"means": "aggregated/line.csv"},
    )
}
