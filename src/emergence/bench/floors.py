"""The least time that a training step can take on a GPU, from what it must do and the card's rates.

Two floors: the operations of a step's matrix products over the rate of large products, and the
bytes that it must move over the rate of memory; both as the engine triton counts them
(`triton.costs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from emergence.bench.engines import TASK, interleave
from emergence.training.engines.triton.costs import step_bytes, step_operations


@dataclass(frozen=True)
class Rates:
    """What a card does in a second.

    operations: of large float16 matrix products. bytes: of memory, read or written.
    """

    operations: float
    bytes: float


def measured_rates(device: str, repeats: int, size: int = 8192, copied_bytes: int = 2**30) -> Rates:
    """Rates of a product of two matrices of `size`² numbers, and of a copy of `copied_bytes`."""
    a, b = (torch.randn(size, size, device=device).half() for _ in range(2))
    product = torch.empty_like(a)
    source = torch.zeros(copied_bytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)

    def multiply(times: int) -> None:
        for _ in range(times):
            torch.matmul(a, b, out=product)
        product[0, 0].item()  # waits for the device

    def copy(times: int) -> None:
        for _ in range(times):
            target.copy_(source)
        target[0].item()

    product_seconds, copy_seconds = np.median(interleave([multiply, copy], repeats), axis=1)
    return Rates(2.0 * size**3 / float(product_seconds), 2.0 * copied_bytes / float(copy_seconds))


def with_floors(methods: pd.DataFrame, rates: Rates) -> pd.DataFrame:
    """The table of `engines.compare_methods` with the larger floor of each shape's step.

    Adds floor_ms, of one run, and times_floor, the measured time over it.
    """
    floors = [
        1e3
        * max(
            step_operations(TASK, row.width, row.batch_size) / rates.operations,
            step_bytes(TASK, row.width, row.batch_size, row.optimizer, row.data == "fixed")
            / rates.bytes,
        )
        for row in methods.itertuples()
    ]
    return methods.assign(floor_ms=floors, times_floor=methods["ms_per_run_step"] / floors)
