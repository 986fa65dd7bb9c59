"""What a check covers, and the units of its parts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from emergence.bench.engines import MEASUREMENT_INPUTS, Shape
from emergence.bench.gpu import correctness, speed
from emergence.bench.gpu.parts import Unit, read_parts
from emergence.bench.gpu.projection import projection_units, transformer_settings
from emergence.config.configuration_file import read_configuration
from emergence.training.engines.triton import INTERPRETER_VARIABLE

PARTS = ("machine", "rates", "checks", "steps", "floors", "projection", "transformer")


@dataclass(frozen=True)
class Scope:
    """Sizes of everything that is made.

    steps, exact_steps: of the checks. timed_steps: timed together, `repeats` times;
    timed_inputs: of a timed measurement. matrix_size, copied_bytes: of the card's rates.
    """

    device: str
    cases: Mapping[str, Mapping[str, Any]]
    shapes: Sequence[Shape]
    repeats: int
    transformer_steps: int
    steps: int = 20
    exact_steps: int = 170  # a CUDA graph of 50 steps is warmed up, recorded and replayed
    timed_steps: int = speed.STEPS
    timed_inputs: int = MEASUREMENT_INPUTS
    matrix_size: int = 8192
    copied_bytes: int = 2**30


_QUICK = {name: correctness.CASES[name] for name in correctness.QUICK_CASES}
SCOPES = {
    "full": Scope("cuda", correctness.CASES, speed.SHAPES, repeats=15, transformer_steps=10),
    "quick": Scope("cuda", _QUICK, speed.SHAPES, repeats=5, transformer_steps=2),
    "rehearsal": Scope(
        "cpu",
        correctness.TINY_CASES,
        speed.TINY_SHAPES,
        repeats=2,
        transformer_steps=1,
        steps=2,
        exact_steps=3,
        timed_steps=2,
        timed_inputs=64,
        matrix_size=64,
        copied_bytes=2**16,
    ),
}


@dataclass(frozen=True)
class Checkup:
    """A command's choices; gives the units of a part, in any process (see `worker`)."""

    scope: str
    engines: tuple[str, ...]
    config: tuple[Path, ...]
    folder: Path

    def units(self, part: str) -> Sequence[Unit]:
        """Units of a part. Reads the configuration, or rates and steps made before, if need be."""
        scope = SCOPES[self.scope]
        if self.scope == "rehearsal":
            os.environ[INTERPRETER_VARIABLE] = "1"  # before Triton is imported
        device, engines = scope.device, self.engines
        if part == "machine":
            return [Unit({}, partial(speed.machine_rows, device))]
        if part == "rates":
            make = partial(
                speed.rate_rows, device, scope.repeats, scope.matrix_size, scope.copied_bytes
            )
            return [Unit({}, make)]
        if part == "checks":
            return correctness.check_units(
                engines, device, scope.cases, scope.steps, scope.exact_steps
            )
        if part == "steps":
            return speed.step_units(
                engines, device, scope.shapes, scope.repeats, scope.timed_steps, scope.timed_inputs
            )
        if part == "floors":
            made = read_parts(self.folder, ["rates", "steps"])
            make = partial(speed.floor_rows, scope.shapes, made["rates"].rows, made["steps"].rows)
            return [Unit({}, make)]
        config = read_configuration(self.config)
        if part == "projection":
            return projection_units(config, engines, device)
        return speed.transformer_units(
            transformer_settings(config), device, scope.transformer_steps
        )
