"""What every model of the configuration is built from: the base, kinds of value, refusals.

A model of a block says type, range, default and meaning of each of its keys; docs, JSON schema and
error messages are made of that. A number may be given as an integer, nothing else is converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

T = TypeVar("T")


# Of each problem the key, as a path from the block that is checked, its value, and what is allowed.
Problems = Iterable[tuple[tuple[str | int, ...], Any, str]]


class Block(BaseModel):
    """A mapping of the configuration: frozen, without unknown keys, nothing infinite or NaN."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    def problems(self) -> Problems:
        """Keys that contradict others; asked when each value is valid by itself."""
        return ()

    @model_validator(mode="after")
    def _refuse_problems(self) -> Self:
        refuse(self.problems())
        return self


def refuse(problems: Problems) -> None:
    """Raise, for pydantic to collect, unless there are no problems."""
    errors = [
        InitErrorDetails(
            type=PydanticCustomError("combination", "{allowed}", {"allowed": allowed}),
            loc=key,
            input=value,
        )
        for key, value, allowed in problems
    ]
    if errors:
        raise ValidationError.from_exception_data("combination", errors)


def absent(value: Any) -> bool:
    """Whether an optional key is left out where the configuration is written: null, or empty."""
    return value is None or value == {}


def _as_tuple(values: Any) -> Any:
    return tuple(values) if isinstance(values, list) else values


def _different(values: tuple[T, ...]) -> tuple[T, ...]:
    if any(value in values[:i] for i, value in enumerate(values)):
        raise PydanticCustomError("different", "entries must differ from one another")
    return values


def _increasing(values: tuple[T, ...]) -> tuple[T, ...]:
    if list(values) != sorted(values):  # type: ignore[type-var]
        raise PydanticCustomError("increasing", "entries must increase")
    return values


def never(pattern: str) -> AfterValidator:
    """Refuse text that a regular expression matches to its end."""

    def check(text: str) -> str:
        if re.search(rf"(?:{pattern})$", text):
            raise PydanticCustomError("never", "must not match {pattern}", {"pattern": pattern})
        return text

    return AfterValidator(check)


# A list of 1 to 1000 entries, a tuple once it is checked; of different ones.
Listed = Annotated[tuple[T, ...], Field(min_length=1, max_length=1000), BeforeValidator(_as_tuple)]
Several = Annotated[
    Listed[T], AfterValidator(_different), Field(json_schema_extra={"uniqueItems": True})
]
Increasing = Annotated[Several[T], AfterValidator(_increasing)]
One = Annotated[tuple[T], BeforeValidator(_as_tuple)]


class Grid(Block):
    """Points spaced evenly in the logarithm."""

    low: float = Field(gt=0, le=1e15, description="first point")
    high: float = Field(gt=0, le=1e15, description="last point, above low")
    points: int = Field(ge=2, le=100_000, description="number of points")

    def problems(self) -> Problems:
        """The grid increases."""
        if self.low >= self.high:
            yield ("high",), self.high, f"must be above low = {self.low:g}"
