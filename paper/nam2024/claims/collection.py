"""All claims of the paper, judged by the results of one preset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from emergence.verify.claims import Claim, claim_table
from paper.nam2024.claims import emergence_claims, theory_claims, training_claims
from paper.nam2024.claims.training_claims import Protocol

_EXPONENTS, _TIMES = "fits/emergence_exponents.csv", "fits/emergence_times.csv"


def claims(
    *,
    scaling_measurement: pd.DataFrame,
    prefactors: pd.DataFrame,
    finite_skills: pd.DataFrame,
    simulation_checks: pd.DataFrame,
    settings: Sequence[Mapping[str, Any]],
    protocols: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    fits: Sequence[Mapping[str, Any]],
    emergence: Sequence[pd.DataFrame],
    exponents: pd.DataFrame,
    times: pd.DataFrame,
    rises: Sequence[pd.DataFrame],
) -> pd.DataFrame:
    """Every claim: expected, measured, tolerance, status. The evidence is a file of an argument.

    settings, protocols, runs: of each experiment, in the same order; a protocol holds the settings
    and swept values of preset full. fits: of the calibrations. emergence: of the predictions.
    rises: of the experiments in `emergence_claims.NAMES`, in its order.
    """
    experiments = {
        one["experiment"]: Protocol(one, table, full["settings"], full["values"])
        for one, full, table in zip(settings, protocols, runs, strict=True)
    }
    found = [
        *theory_claims.scaling_claims(scaling_measurement, "theory/scaling_measurement.csv"),
        *theory_claims.authors_prefactor_claims(prefactors, "theory/prefactors.csv"),
        theory_claims.finite_skills_claim(finite_skills, "theory/figure07.csv"),
        *theory_claims.simulation_claims(simulation_checks, "theory/simulation_checks.csv"),
    ]
    for fit in fits:
        found += _calibration(experiments[fit["experiment"]], fit)
    for table in emergence:
        found += _prediction(experiments[table["experiment"].iloc[0]], table)
    reduced = [
        name for name in emergence_claims.NAMES if not experiments[name].followed and name != "time"
    ]
    found += emergence_claims.exponent_claims(exponents, reduced, _EXPONENTS)
    found += emergence_claims.order_claims(times, exponents, _TIMES)
    for name, table in zip(emergence_claims.NAMES, rises, strict=True):
        found.append(emergence_claims.shape_claim(name, table, f"fits/{name}_rises.csv"))
    return claim_table(found)


def _calibration(protocol: Protocol, fit: Mapping[str, Any]) -> Iterator[Claim]:
    name = fit["experiment"]
    yield training_claims.calibration_claim(protocol, fit, f"fits/{name}.json")
    evidence = f"aggregated/{name}_runs.csv"
    if protocol.settings["resource"] == "time":
        yield from training_claims.authors_run_claims(protocol, evidence)
    elif protocol.settings["resource"] == "data":
        yield training_claims.data_below_model_claim(protocol, fit, evidence)
        yield from training_claims.authors_data_claims(protocol, evidence)


def _prediction(protocol: Protocol, emergence: pd.DataFrame) -> Iterator[Claim]:
    evidence = f"fits/{protocol.settings['experiment']}_emergence.csv"
    found = (protocol, emergence, evidence)
    yield training_claims.order_claim(*found)
    yield from training_claims.prediction_claims(*found)
    if protocol.settings["resource"] == "time":
        yield from training_claims.saturation_claims(*found)
