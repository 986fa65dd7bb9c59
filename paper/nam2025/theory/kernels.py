"""Kernel-distance maps of Fig. 6, their closed form, and power laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emergence.randomness import Stream
from emergence.theory.layerwise import kernel, maps
from emergence.theory.layerwise.kernel import contour_table, plateau_table
from paper.nam2025 import stated
from paper.nam2025.theory.dynamics import generator


def plateaus() -> pd.DataFrame:
    """D of the rich limit by spread ρ: columns spread, distance."""
    return plateau_table(stated.SPREADS)


def contours() -> pd.DataFrame:
    """z = |λ| scale/σ1 of each distance: columns spread, distance, imbalance."""
    return contour_table(stated.CONTOUR_SPREADS, stated.CONTOUR_DISTANCES)


# What is scaled by s: of the product's singular values the factor √s, of the target 1/s.
VARIANTS = {"both": (True, True), "weights only": (True, False), "target only": (False, True)}


@dataclass(frozen=True)
class BalancedMaps:
    """maps: means over draws for each pixel. pixels: each pixel of each draw of the variant both.

    errors: distance to the closed form by learning rate.
    """

    maps: pd.DataFrame
    pixels: pd.DataFrame
    errors: pd.DataFrame


def balanced_maps(
    *,
    imbalance: float,
    scale: float,
    pixels: int,
    rate: float,
    steps: int,
    draws: int,
    samples: int,
    stream: Stream,
) -> BalancedMaps:
    """The map of Fig. 6a, with weights only and target only scaled, isotropic start or not.

    maps: columns variant, start (isotropic or unequal), imbalance λ, scale s, log_distance (mean of
    log10(D + 1e-6) over draws), closed_form (the same of D∞; empty where the start is unequal),
    kernel_change (|K-K0|/|K0|, geometric mean over draws), growth_first, growth_second (|W|² of a
    layer, end over start). pixels: draw, imbalance, scale,
    spread σ2/σ1, z = |λ| s/σ1, distance, closed_form, converged. errors: rate, range (of D∞: above
    1e-5 or below 1e-7), error (median over these pixels of |ln D/D∞|), pixels.
    """
    rng, size = generator(stream), stated.BALANCED_SIZE
    lam, s = (
        grid.ravel()
        for grid in np.meshgrid(
            np.linspace(-imbalance, imbalance, pixels), np.linspace(1, scale, pixels), indexing="ij"
        )
    )
    correlations = _correlations(draws, size, samples, rng)
    tables, kept = [], None
    for variant, (of_weights, of_target) in VARIANTS.items():
        for start in ("isotropic", "unequal"):
            number = draws if variant == "both" and start == "isotropic" else max(1, draws // 4)
            singular = np.array(stated.UNEQUAL_PRODUCT if start == "unequal" else [1.0] * size)
            product = singular * (np.sqrt(s) if of_weights else np.ones_like(s))[:, None]
            divisor = s if of_target else np.ones_like(s)
            targets = correlations[:number, None] / divisor[None, :, None, None]
            lams = np.tile(lam, number)
            found = maps.balanced_distances(
                lams,
                np.tile(product, (number, 1)),
                targets.reshape(-1, size, size),
                rate,
                steps,
                rng,
            )
            distance, change, first, second = (part.reshape(number, -1) for part in found)
            sigma = np.linalg.svd(targets, compute_uv=False)
            closed = kernel.final_distance(np.broadcast_to(lam, distance.shape), sigma)
            closed_log = np.log10(closed + kernel.FLOOR).mean(axis=0)
            tables.append(
                pd.DataFrame(
                    {"variant": variant, "start": start, "imbalance": lam, "scale": s,
                     "log_distance": np.log10(np.maximum(distance, 0) + kernel.FLOOR).mean(axis=0),
                     "closed_form": closed_log if start == "isotropic" else np.nan,
                     "kernel_change": np.exp(np.log(change).mean(axis=0)),
                     "growth_first": first.mean(axis=0), "growth_second": second.mean(axis=0)}
                )
            )  # fmt: skip
            if kept is None:
                kept = (distance, closed, sigma)
    distance, closed, sigma = kept
    every = pd.DataFrame(
        {
            "draw": np.repeat(np.arange(draws), len(lam)),
            "imbalance": np.tile(lam, draws),
            "scale": np.tile(s, draws),
            "spread": (sigma[..., 1] / sigma[..., 0]).ravel(),
            "z": (np.abs(lam) / sigma[..., 0]).ravel(),
            "distance": distance.ravel(),
            "closed_form": closed.ravel(),
            "converged": _converged(lam, sigma, rate * steps).ravel(),
        }
    )
    errors = _errors(lam, s, correlations[0], rate, steps, rng)
    return BalancedMaps(pd.concat(tables, ignore_index=True), every, errors)


def _correlations(draws, size, samples, rng):
    """Σ = Y Xᵀ/P of normal Y and white X: X/√P is an orthonormal frame."""
    found = []
    for _ in range(draws):
        raw = rng.normal(size=(samples, size))
        frame = np.linalg.qr(raw - raw.mean(axis=0))[0]
        found.append(rng.normal(size=(size, samples)) @ frame / np.sqrt(samples))
    return np.stack(found)


def _converged(lam, sigma, time):
    """Whether the slowest mode, of rate √(λ²+4σ²), has had 25 of its times."""
    return np.sqrt(lam**2 + 4 * sigma[..., -1] ** 2) * time > 25


def _errors(lam, s, correlation, rate, steps, rng):
    """Deviation of converged pixels from D∞ when the rate changes at the same time."""
    seed = int(rng.integers(2**31))
    targets = correlation / s[:, None, None]
    sigma = np.linalg.svd(targets, compute_uv=False)
    closed = kernel.final_distance(lam, sigma)
    converged = _converged(lam, sigma, rate * steps)
    ranges = {"above 1e-5": converged & (closed > 1e-5), "below 1e-7": converged & (closed < 1e-7)}
    rows = []
    for factor in (1.0, 0.5, 0.25):
        found, *_ = maps.balanced_distances(
            lam, np.sqrt(s)[:, None] * np.ones(2), targets, rate * factor, int(steps / factor),
            np.random.default_rng(seed),
        )  # fmt: skip
        # below the rounding of doubles a distance may be 0
        error = np.abs(np.log(found.clip(min=1e-15) / closed))
        rows += [
            {
                "rate": rate * factor,
                "range": name,
                "pixels": of.sum(),
                "error": float(np.median(error[of])) if of.any() else np.nan,
            }
            for name, of in ranges.items()
        ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class MirroredMaps:
    """maps: each pixel, mean over draws. asymmetry: l against -l in each draw.

    powers: distances of the power law, mirrored or not.
    """

    maps: pd.DataFrame
    asymmetry: pd.DataFrame
    powers: pd.DataFrame
    slopes: pd.DataFrame


def mirrored_maps(
    *, pixels: int, rate: float, steps: int, draws: int, power_steps: int, stream: Stream
) -> MirroredMaps:
    """The map of Fig. 6b, weights and data shared by all pixels of a draw.

    maps: columns imbalance l (first layer larger where positive), scale s, log_distance, residual
    (both means over draws), ratio (S/Σ0 = 1/(s (w1² + w2²)/2)), draws_richer (share of draws in
    which l has a larger distance than -l). asymmetry: draw, difference (mean over pixels with l > 0
    of log10 D(l)/D(-l)), richer (share of these pixels in which it is positive). powers: start
    (mirrored or independent), imbalance, ratio S/Σ0, draw, distance. slopes: start, imbalance,
    slope of ln D in ln S/Σ0 where it is small, mean and std over draws.
    """
    rng = generator(stream)
    axis = np.linspace(-stated.MIRRORED_IMBALANCE, stated.MIRRORED_IMBALANCE, pixels)
    lam, s = (
        g.ravel()
        for g in np.meshgrid(axis, np.linspace(*stated.MIRRORED_SCALES, pixels), indexing="ij")
    )
    logs, residuals = [], []
    for _ in range(draws):
        distance, residual = _mirrored(*_layer_scales(lam), s, rate, steps, rng, True)
        logs.append(np.log10(np.maximum(distance, 0) + kernel.FLOOR))
        residuals.append(residual)
    stacked = np.stack(logs)
    other = stacked.reshape(draws, pixels, pixels)[:, ::-1].reshape(draws, -1)
    change = (stacked - other)[:, lam > 0]
    asymmetry = pd.DataFrame(
        {
            "draw": range(draws),
            "difference": change.mean(axis=1),
            "richer": (change > 0).mean(axis=1),
        }
    )
    w1, w2 = _layer_scales(lam)
    table = pd.DataFrame(
        {
            "imbalance": lam,
            "scale": s,
            "log_distance": stacked.mean(axis=0),
            "residual": np.mean(residuals, axis=0),
            "ratio": 2 / (s * (w1**2 + w2**2)),
            "draws_richer": (stacked > other).mean(axis=0),
        }
    )
    lam, ratio = (
        g.ravel() for g in np.meshgrid(stated.POWER_IMBALANCES, stated.POWER_RATIOS, indexing="ij")
    )
    # weights times c, target times c² and rate over c² give the same D: one Σ0 and speed for all
    w1, w2 = _layer_scales(lam)
    size = (w1**2 + w2**2) / 2
    c = np.sqrt(size.max() / size)
    rows = []
    for draw in range(draws + 2):
        for start in ("mirrored", "independent"):
            distance, _ = _mirrored(
                c * w1, c * w2, 1 / (ratio * size.max()), rate, power_steps, rng,
                start == "mirrored",
            )  # fmt: skip
            rows.append(
                pd.DataFrame({"start": start, "imbalance": lam, "ratio": ratio, "draw": draw,
                              "distance": distance})
            )  # fmt: skip
    powers = pd.concat(rows, ignore_index=True)
    return MirroredMaps(table, asymmetry, powers, _slopes(powers))


def _layer_scales(lam):
    base = stated.MIRRORED_BASE
    return base + np.maximum(lam, 0), base + np.maximum(-lam, 0)


def _mirrored(w1, w2, s, rate, steps, rng, mirrored):
    inputs, outputs = stated.MIRRORED_INPUTS, stated.MIRRORED_OUTPUTS
    start = maps.mirrored_start(w1, w2, outputs, inputs, inputs, rng, mirrored)
    x = rng.normal(size=(inputs, stated.MIRRORED_SAMPLES))
    y = rng.normal(size=(outputs, stated.MIRRORED_SAMPLES))
    return maps.mirrored_distances(*start, x, y / s[:, None, None], rate, steps)


def _slopes(powers):
    """Slope of ln D in ln S/Σ0 below the ratio where the power law ends."""
    wide = powers[powers["ratio"] < stated.POWER_BELOW].pivot_table(
        index=["start", "imbalance", "draw"], columns="ratio", values="distance"
    )
    logs = np.log(wide.to_numpy().T)
    slopes = pd.Series(np.polyfit(np.log(wide.columns), logs, 1)[0], index=wide.index)
    found = slopes.rename("slope").reset_index().groupby(["start", "imbalance"])["slope"]
    return found.agg(slope="mean", std="std", draws="count").reset_index()
