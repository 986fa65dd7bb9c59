"""What the fast engines have in common: they train one task and one architecture."""

from __future__ import annotations

from emergence.models.two_layer import TwoLayer
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.ensemble import Engine, Ensemble


class ParityEngine(Engine):
    """An engine for sparse parity, two-layer ReLU networks, SGD without momentum and Adam."""

    @classmethod
    def unsupported(cls, ensemble: Ensemble) -> str:
        """See `ensemble.Engine.unsupported`."""
        task, network, optimizer = ensemble.task, ensemble.initial.network, ensemble.optimizer
        if not isinstance(task, SparseParity):
            return "it trains on sparse parity only"
        if not isinstance(network, TwoLayer) or network.activation != "relu":
            return "it trains two-layer ReLU networks only"
        if optimizer.name not in ("sgd", "adam"):
            return f"its optimizers are sgd and adam, got {optimizer.name!r}"
        if optimizer.momentum:
            return f"it has no momentum, got {optimizer.momentum!r}"
        if ensemble.precision != "float32":
            return f"it computes in float32, got {ensemble.precision!r}"
        patterns, inputs = 1 << task.sparse_bits, ensemble.measurement_inputs
        if inputs < patterns or inputs % patterns:
            return f"measurement_inputs is no positive multiple of 2^m = {patterns}, got {inputs!r}"
        return ""


def task_and_network(ensemble: Ensemble) -> tuple[SparseParity, TwoLayer]:
    """Of an ensemble that these engines train; raises ValueError for what is unsupported."""
    if reason := ParityEngine.unsupported(ensemble):
        raise ValueError(f"this engine cannot train the ensemble: {reason}")
    assert isinstance(ensemble.task, SparseParity)
    assert isinstance(ensemble.initial.network, TwoLayer)
    return ensemble.task, ensemble.initial.network
