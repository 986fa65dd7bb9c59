"""The checks of engines find faults: engines made wrong on purpose."""

from dataclasses import replace

import numpy as np
import pytest
from engine_checks import (
    check_engine,
    make_ensemble,
    state_distance,
    step_error,
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


class NoisyEngine(TorchEngine):
    """No two trainings are the same."""

    count = 0

    def advance(self, *arguments):
        loss = super().advance(*arguments)
        NoisyEngine.count += 1
        self._state.parameters["output_biases"] += 1e-6 * NoisyEngine.count
        return loss


class PackedEngine(TorchEngine):
    """Runs of an ensemble learn faster than a run alone."""

    def advance(self, first, last, learning_rate, active):
        return super().advance(first, last, learning_rate * len(active), active)


class ForgetfulEngine(TorchEngine):
    """A restored state lacks the moments."""

    def load_state(self, state):
        super().load_state({k: 0 * v if k.startswith("moment") else v for k, v in state.items()})


class BiasedEngine(TorchEngine):
    """Measures R_k too large."""

    def measure(self, step):
        measured = super().measure(step)
        return {**measured, "strength": measured["strength"] + 1e-3}


@pytest.mark.parametrize(
    ("engine", "failing"),
    [
        (TorchEngine, set()),
        (BiasEngine, {"first step against float64", "later step against float64"}),
        (NoisyEngine, {"same training twice", "runs alone", "interrupted training"}),
        (PackedEngine, {"runs alone", "training by the reference engine"}),
        (ForgetfulEngine, {"interrupted training"}),
        (BiasedEngine, {"skill strength against float64"}),
    ],
)
def test_each_fault_is_found(engine, failing):
    # Sizes at which batched products of one and of two runs sum in the same order.
    ensemble = make_ensemble(optimizer="adam", runs=(0, 5), width=8, batch_size=64, epsilon=1e-3)
    checks = check_engine(engine, ensemble, reference=TorchEngine)
    failed = {name for name, check in checks.items() if not check.holds}
    assert failed >= failing
    assert engine is not TorchEngine or failed <= {"runs alone"}  # exact to rounding only


def test_a_unit_whose_every_sample_is_at_its_kink_cannot_be_checked():
    ensemble = make_ensemble(width=1, initial_std=1.0)
    arrays = {name: 0 * array for name, array in ensemble.initial.arrays.items()}
    arrays["output_weights"] += 1
    initial = replace(ensemble.initial, arrays=arrays)
    with pytest.raises(ValueError, match="kink"):
        step_error(TorchEngine, replace(ensemble, initial=initial))


def test_state_distance():
    state = {"a": np.array([3.0, 4.0]), "b": np.array([1])}
    assert state_distance(state, state) == 0
    assert state_distance({**state, "a": np.array([3.0, 4.5])}, state) == 0.1
    assert state_distance({**state, "a": np.array([np.nan, 4.0])}, state) == np.inf
    assert state_distance({"a": state["a"]}, state) == np.inf
