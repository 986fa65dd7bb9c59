"""Neural collapse of free features: the table of measures, and what Fig. 5 draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emergence.randomness import Stream
from emergence.theory.layerwise.collapse import FreeFeatures, measures
from paper.nam2025.theory.dynamics import generator

# Measures with a standard deviation over draws beside the mean.
SPREADS = ("within_between", "equinorm", "equiangle", "nc3")


@dataclass(frozen=True)
class Collapse:
    """table: measures at the end, means over draws. features: centred features in three axes."""

    table: pd.DataFrame
    features: pd.DataFrame


def collapse(
    *,
    classes: int,
    per_class: int,
    hidden: int,
    scales: Sequence[float],
    rate: float,
    steps: int,
    decay: float,
    decay_steps: int,
    draws: int,
    stream: Stream,
) -> Collapse:
    """Free features from several scales without decay, and with decay from the scale 0.01.

    table: columns scale, decay, bias, the means of `emergence.theory.layerwise.collapse.measures`,
    draws, and for SPREADS the standard deviation over draws.
    features: columns scale, step, label, x, y, z: samples along the first three principal axes of
    the class means at the end, for the smallest and the largest scale.
    """
    rng, rows, shown = generator(stream), [], []
    settings = [(scale, 0.0, False, steps) for scale in scales]
    settings += [(0.01, decay, bias, decay_steps) for bias in (False, True)]
    for scale, strength, bias, length in settings:
        model = FreeFeatures(classes, per_class, hidden, scale, strength, bias, rate)
        record = (0, length // 8, length)
        found = []
        for draw in range(draws):
            weights, features, biases, kept = model.train(length, rng, record)
            found.append(measures(features, model.labels, weights, biases))
            if draw == 0 and strength == 0.0 and scale in (min(scales), max(scales)):
                shown += _projected(scale, kept, model.labels)
        table = pd.DataFrame(found)
        rows.append(
            {"scale": scale, "decay": strength, "bias": bias, **table.mean().to_dict(),
             "draws": draws, **table[[*SPREADS]].std().add_suffix("_std").to_dict()}
        )  # fmt: skip
    return Collapse(pd.DataFrame(rows), pd.concat(shown, ignore_index=True))


def _projected(scale, kept, labels):
    last = kept[max(kept)]
    means = np.stack([last[:, labels == k].mean(axis=1) for k in np.unique(labels)], axis=1)
    centre = means.mean(axis=1, keepdims=True)
    axes = np.linalg.svd(means - centre)[0][:, :3]
    return [
        pd.DataFrame(
            {"scale": scale, "step": step, "label": labels,
             **dict(zip("xyz", axes.T @ (features - centre), strict=True))}
        )
        for step, features in kept.items()
    ]  # fmt: skip
