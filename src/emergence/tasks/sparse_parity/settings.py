"""Keys of the configuration that describe a sparse parity task and its measurement."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from emergence.config.blocks import Problems
from emergence.config.paper_block import Alpha, MeasurementBlock, TaskBlock
from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import (
    MAXIMUM_SKILL_BITS,
    SparseParity,
    draw_sparse_bits,
)


class SparseParityBlock(TaskBlock):
    """The multitask sparse parity problem."""

    kind: Literal["sparse_parity"] = Field("sparse_parity", description="which task is learned")
    n_skills: int = Field(ge=1, le=1000, description="n_s, number of skills")
    skill_bits: int = Field(
        ge=1, le=MAXIMUM_SKILL_BITS, description="n_b, fair random bits of an input"
    )
    sparse_bits: int = Field(ge=1, le=10, description="m, bits whose parity is one skill")
    data_exponent: Alpha
    target_scale: float = Field(gt=0, le=1000, description="S, the size of the target")
    shared_bits: int = Field(
        0, ge=0, le=9, description="sparse bits that two skills may have in common, fewer than m"
    )

    def problems(self) -> Problems:
        """Skills have sparse bits of their own, or of which few are another's."""
        needed = self.n_skills * self.sparse_bits
        if self.shared_bits >= self.sparse_bits:
            allowed = f"must be less than sparse_bits = {self.sparse_bits}"
            yield ("shared_bits",), self.shared_bits, allowed
        elif not self.shared_bits and needed > self.skill_bits:
            allowed = f"n_skills * sparse_bits = {needed} must not exceed skill_bits = "
            yield ("n_skills",), self.n_skills, f"{allowed}{self.skill_bits}"
        elif self.shared_bits:
            yield from self._undrawable()

    def _undrawable(self) -> Problems:
        """More skills than a draw finds, by one draw."""
        keys = self.model_dump(exclude={"kind"})
        try:
            draw_sparse_bits(SparseParity(**keys), Stream((0, 0), 0))
        except ValueError as error:
            yield ("n_skills",), self.n_skills, str(error).removeprefix("n_skills ")


class SkillMeasurement(MeasurementBlock):
    """Strength and loss of each skill."""

    inputs_per_skill: int = Field(
        ge=1,
        le=1_048_576,
        description="inputs on which R_k and L_k are estimated, a multiple of 2^task.sparse_bits",
    )

    def problems_with(self, task: Any) -> Problems:
        """Every pattern of the sparse bits occurs equally often."""
        patterns = 1 << task.sparse_bits
        if self.inputs_per_skill % patterns:
            allowed = f"must be a multiple of 2^task.sparse_bits = {patterns}"
            yield ("inputs_per_skill",), self.inputs_per_skill, allowed
