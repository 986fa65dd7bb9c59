"""The baseline of the benchmark: the training loop as one would first write it in PyTorch.

`nn.Linear`, autograd and `torch.optim`, data drawn with PyTorch's generator at every step. It
shares no random number with the engines and is used for timing only.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.ensemble import Optimizer


class PlainTrainer:
    """One two-layer ReLU network trained on E[(f* - f)²]."""

    def __init__(
        self,
        task: SparseParity,
        width: int,
        batch_size: int,
        optimizer: Optimizer,
        learning_rate: float,
        initial_std: float,
        fixed: bool = False,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        """Build the network, with every parameter from N(0, initial_std²); `fixed` keeps one batch.

        Everything is on `device`, where the data are drawn, too.

        Raises KeyError if the optimiser is neither "sgd" nor "adam".
        """
        torch.manual_seed(seed)
        self._task, self._batch_size = task, batch_size
        self._device = torch.device(device)
        self._probabilities = torch.from_numpy(task.probabilities).to(self._device)
        order = torch.randperm(task.skill_bits, device=self._device)[
            : task.n_skills * task.sparse_bits
        ]
        self._sparse_bits = order.reshape(task.n_skills, task.sparse_bits)
        self._model = nn.Sequential(
            nn.Linear(task.input_size, width), nn.ReLU(), nn.Linear(width, 1), nn.Flatten(0)
        )
        for parameter in self._model.parameters():
            nn.init.normal_(parameter, std=initial_std)
        self._model.to(self._device)
        kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        self._optimizer = kinds[optimizer.name](
            self._model.parameters(), lr=learning_rate, weight_decay=optimizer.weight_decay
        )
        self._fixed = self._draw() if fixed else None

    def advance(self, steps: int) -> float:
        """Do `steps` optimiser steps; returns the mean square of the last batch before its step."""
        for _ in range(steps):
            inputs, targets = self._fixed or self._draw()
            loss = nn.functional.mse_loss(self._model(inputs), targets)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
        return loss.item()

    def _draw(self) -> tuple[Tensor, Tensor]:
        """Inputs (batch, n_s + n_b) and targets (batch,)."""
        skills = torch.multinomial(self._probabilities, self._batch_size, replacement=True)
        shape = (self._batch_size, self._task.skill_bits)
        bits = torch.randint(0, 2, shape, device=self._device)
        odd = bits.gather(1, self._sparse_bits[skills]).sum(1) % 2
        control = nn.functional.one_hot(skills, self._task.n_skills)
        return torch.cat([control, bits], dim=1).float(), self._task.target_scale * (1.0 - 2 * odd)
