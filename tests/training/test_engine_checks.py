"""The checks of engines find faults: engines made wrong on purpose."""

import pytest
from engine_checks import (
    check_engine,
    make_ensemble,
)

from emergence.training.engines.torch.torch_engine import TorchEngine


class BiasEngine(TorchEngine):
    """The read-out bias learns a thousandth too fast."""

    def advance(self, *arguments):
        biases = self._state.parameters["output_biases"]
        before = biases.clone()
        loss = super().advance(*arguments)
        biases += 1e-3 * (biases - before)
        return loss


class PackedEngine(TorchEngine):
    """Runs of an ensemble learn faster than a run alone."""

    def advance(self, first, last, learning_rate, active):
        return super().advance(first, last, learning_rate * len(active), active)


class ForgetfulEngine(TorchEngine):
    """A restored state lacks the moments."""

    def load_state(self, state):
        super().load_state({k: 0 * v if k.startswith("moment") else v for k, v in state.items()})


@pytest.mark.parametrize(
    ("engine", "failing"),
    [
        (TorchEngine, set()),
        (BiasEngine, {"first step against float64", "later step against float64"}),
        (PackedEngine, {"runs alone", "training by the reference engine"}),
        (ForgetfulEngine, {"interrupted training"}),
    ],
)
def test_each_fault_is_found(engine, failing):
    # Sizes at which batched products of one and of two runs sum in the same order.
    ensemble = make_ensemble(optimizer="adam", runs=(0, 5), width=8, batch_size=64, epsilon=1e-3)
    checks = check_engine(engine, ensemble, reference=TorchEngine)
    failed = {name for name, check in checks.items() if not check.holds}
    assert failed >= failing
    assert engine is not TorchEngine or failed <= {"runs alone"}  # exact to rounding only
