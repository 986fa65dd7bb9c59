"""What the engines with kernels of their own, lookup and triton, do not train."""

from __future__ import annotations

from emergence.training.ensemble import Ensemble


def refuse_unsupported(ensemble: Ensemble, engine: str) -> None:
    """Raise ValueError for what the kernels of `engine` were not written for.

    That is an optimiser that is neither "adam" nor "sgd" without momentum, a precision that is not
    "float32", or measurement inputs that are not a multiple of 2^m.
    """
    optimizer, patterns = ensemble.optimizer, 1 << ensemble.task.sparse_bits
    if optimizer.name not in ("sgd", "adam"):
        raise ValueError(f"optimizer must be sgd or adam, got {optimizer.name!r}")
    if optimizer.momentum:
        raise ValueError(f"the {engine} engine has no momentum, got {optimizer.momentum!r}")
    if ensemble.precision != "float32":
        raise ValueError(f"the {engine} engine computes in float32, got {ensemble.precision!r}")
    if ensemble.measurement_inputs < patterns or ensemble.measurement_inputs % patterns:
        raise ValueError(
            f"measurement_inputs must be a positive multiple of 2^m = {patterns}, "
            f"got {ensemble.measurement_inputs!r}"
        )
