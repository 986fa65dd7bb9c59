"""All claims from the files of one preset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.claims import theory_claims, training_claims
from emergence.claims.judging import Claim
from emergence.files import read_json

EXPERIMENTS = ("time", "data", "parameters")
CALIBRATIONS = ("time_calibration", "data_calibration", "parameter_calibration")


def collect(results: Path, window_tolerance: float) -> Iterator[Claim]:
    """Every claim, from the files under results/{preset}; evidence is relative to that folder."""
    yield from _theory(results, window_tolerance)
    for name in CALIBRATIONS:
        yield from _calibration(results, name)
    for name in EXPERIMENTS:
        yield from _experiment(results, name)


def _theory(results: Path, window_tolerance: float) -> Iterator[Claim]:
    def table(name: str) -> tuple[pd.DataFrame, str]:
        evidence = f"theory/{name}.csv"
        return pd.read_csv(results / evidence), evidence

    measured, evidence = table("scaling_measurement")
    limit = measured[np.isinf(measured["n_skills"])]
    yield from theory_claims.scaling_claims(limit, window_tolerance, evidence)
    yield from theory_claims.authors_prefactor_claims(*table("prefactors"))
    yield theory_claims.finite_skills_claim(*table("figure07"))
    yield from theory_claims.simulation_claims(*table("simulation_checks"))
    yield from theory_claims.transformer_claims()


def _calibration(results: Path, name: str) -> Iterator[Claim]:
    settings = read_json(results / f"settings/{name}.json")
    runs = pd.read_csv(results / f"aggregated/{name}_runs.csv")
    fit = read_json(results / f"fits/{name}.json")
    yield training_claims.calibration_claim(settings, runs, fit, f"fits/{name}.json")
    evidence = f"aggregated/{name}_runs.csv"
    if settings["resource"] == "time":
        yield from training_claims.authors_run_claims(settings, runs, evidence)
    elif settings["resource"] == "data":
        yield training_claims.data_below_model_claim(settings, runs, fit, evidence)


def _experiment(results: Path, name: str) -> Iterator[Claim]:
    evidence = f"fits/{name}_emergence.csv"
    found = (
        read_json(results / f"settings/{name}.json"),
        pd.read_csv(results / f"aggregated/{name}_runs.csv"),
        pd.read_csv(results / evidence),
        evidence,
    )
    yield training_claims.order_claim(*found)
    yield from training_claims.prediction_claims(*found)
    if found[0]["resource"] == "time":
        yield from training_claims.saturation_claims(*found)
        yield training_claims.emergence_exponent_claim(*found)
