"""The task of the toy paper: y = slope Σ_j x_j for standard normal x."""

from dataclasses import dataclass

import numpy as np

from emergence.randomness import Purpose
from emergence.tasks.base import Batch, Task


@dataclass(frozen=True)
class Line(Task):
    """A linear target; what is measured is the mean square error."""

    n_inputs: int
    slope: float

    @property
    def input_size(self):
        """Length of an input."""
        return self.n_inputs

    @property
    def measured(self):
        """The loss, one number for a network."""
        return {"loss": ()}

    @property
    def loss_scale(self):
        """Mean square of the target."""
        return self.n_inputs * self.slope**2

    def draw(self, stream, batch_sizes):
        """Nothing but a number that says that data were drawn."""
        return {"slope": np.array(self.slope)}

    def batch(self, data, stream, step, batch_size):
        """Fresh samples."""
        return self._samples(stream, Purpose.BATCH_BITS, step, batch_size)

    def measure(self, data, stream, step, n_inputs, outputs):
        """The mean square error on fresh inputs."""
        samples = self._samples(stream, Purpose.MEASUREMENT_BITS, step, n_inputs)
        errors = outputs(samples.inputs) - samples.targets
        return {"loss": np.array(np.mean(np.square(errors, dtype=np.float64)))}

    def _samples(self, stream, purpose, step, count):
        inputs = stream.normal(purpose, step, count * self.n_inputs).reshape(count, -1)
        inputs = inputs.astype(np.float32)
        return Batch(inputs, np.float32(self.slope) * inputs.sum(axis=1))
