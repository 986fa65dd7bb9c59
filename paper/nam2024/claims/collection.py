"""All claims of the paper, judged by the results of one preset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from emergence.verify.claims import Claim, claim_table, linked
from paper.nam2024.claims import (
    calibration_claims,
    emergence_claims,
    prediction_claims,
    scaling_claims,
    single_run_claims,
    theory_claims,
)
from paper.nam2024.claims.explained import EXPLAINED
from paper.nam2024.claims.protocols import Protocol, Protocols, followed

_EXPONENTS = "fits/emergence_exponents.csv"


def claims(
    *,
    scaling_measurement: pd.DataFrame,
    prefactors: pd.DataFrame,
    finite_skills: pd.DataFrame,
    simulation_checks: pd.DataFrame,
    three_neurons: pd.DataFrame,
    settings: Sequence[Mapping[str, Any]],
    protocols: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    fits: Sequence[Mapping[str, Any]],
    calibrations: Mapping[str, str],
    emergence: Sequence[pd.DataFrame],
    trends: Sequence[pd.DataFrame],
    transfers: Sequence[pd.DataFrame],
    saturation: pd.DataFrame,
    saturation_excess: pd.DataFrame,
    data_shape: pd.DataFrame,
    authors_code: pd.DataFrame,
    strength_totals: pd.DataFrame,
    loss_shares: pd.DataFrame,
    table5_shares: pd.DataFrame,
    table5_width: int,
    decoupling: pd.DataFrame,
    phase_exponents: pd.DataFrame,
    exponents: pd.DataFrame,
    run_times: pd.DataFrame,
    rises: Sequence[pd.DataFrame],
    scaling_predictions: pd.DataFrame | None,
    scaling_exponents: pd.DataFrame,
) -> pd.DataFrame:
    """Every claim: class, expected, measured, interval, tolerance, status.

    The evidence of a claim is the file of an argument. settings, protocols, runs: of each
    experiment, in the same order; a protocol holds the settings and swept values of preset full.
    calibrations: the calibration of each predicted experiment. fits: of the calibrations.
    emergence, trends, transfers: of the predictions, in the same order. rises: of the experiments
    in `emergence_claims.RISING`, in its order.
    """
    by_name = {
        one["experiment"]: Protocol(one, table, full["settings"], full["values"])
        for one, full, table in zip(settings, protocols, runs, strict=True)
    }
    found: list[Claim] = []
    for fit in fits:
        found.append(
            calibration_claims.calibration_claim(
                by_name[fit["experiment"]], fit, f"fits/{fit['experiment']}.json"
            )
        )
        if fit["experiment"] == calibrations["data"]:
            evidence = f"aggregated/{fit['experiment']}_runs.csv"
            data = by_name[fit["experiment"]]
            found.append(calibration_claims.data_below_model_claim(data, fit, evidence))
            found.append(
                calibration_claims.data_shape_claim(data, data_shape, "fits/data_shape.csv")
            )
    found += calibration_claims.authors_code_claims(
        by_name[calibrations["time"]],
        by_name[calibrations["data"]],
        authors_code,
        "fits/authors_code.csv",
    )
    for tables in zip(emergence, trends, transfers, strict=True):
        name = tables[0]["experiment"].iloc[0]
        tested = followed(by_name, name, calibrations[name])
        found += predicted_claims(by_name[name], tested, *tables)
    time, parameters = by_name["time"], by_name["parameters"]
    tested = followed(by_name, "time", calibrations["time"])
    found += prediction_claims.saturation_claims(
        by_name, ("time", calibrations["time"]), saturation, "fits/time_saturation.csv"
    )
    found.append(
        prediction_claims.excess_claim(
            time, tested, saturation_excess, "fits/time_saturation_excess.csv"
        )
    )
    found += prediction_claims.loss_claims(time, tested, loss_shares, "fits/time_loss_shares.csv")
    found += single_run_claims.decoupling_claims(time, decoupling, "fits/decoupling.csv")
    tested = followed(by_name, "parameters", calibrations["parameters"])
    found += prediction_claims.sum_claims(
        parameters, tested, strength_totals, "fits/parameters_totals.csv"
    )
    found += single_run_claims.table5_claims(
        parameters, table5_width, table5_shares, "fits/table5_shares.csv"
    )
    found += _emergence(by_name, phase_exponents, exponents, run_times, rises)
    found += scaling_claims.scaling_claims(
        scaling_predictions, scaling_exponents, "networks/exponents.csv"
    )
    found += [
        *theory_claims.scaling_claims(scaling_measurement, "theory/scaling_measurement.csv"),
        *theory_claims.authors_prefactor_claims(prefactors, "theory/prefactors.csv"),
        theory_claims.finite_skills_claim(finite_skills, "theory/figure07.csv"),
        *theory_claims.simulation_claims(simulation_checks, "theory/simulation_checks.csv"),
        *theory_claims.three_neuron_claims(three_neurons, "theory/three_neurons.csv"),
    ]
    return claim_table(linked(claim, EXPLAINED) for claim in found)


def predicted_claims(
    protocol: Protocol,
    tested: bool,
    emergence: pd.DataFrame,
    trends: pd.DataFrame,
    transfer: pd.DataFrame,
) -> Iterator[Claim]:
    """Claims on the skills of an experiment, predicted from its calibration."""
    file = f"fits/{protocol.settings['experiment']}_{{}}.csv"
    yield prediction_claims.order_claim(protocol, emergence, file.format("emergence"))
    found = (protocol, tested)
    yield from prediction_claims.prediction_claims(*found, emergence, file.format("emergence"))
    yield from prediction_claims.trend_claims(*found, trends, file.format("trends"))
    means = file.format("transfer_means")
    yield from prediction_claims.transfer_claims(*found, transfer, means)


def _emergence(
    protocols: Protocols,
    phase_exponents: pd.DataFrame,
    exponents: pd.DataFrame,
    run_times: pd.DataFrame,
    rises: Sequence[pd.DataFrame],
) -> Iterator[Claim]:
    yield from emergence_claims.exponent_claims(protocols, exponents, _EXPONENTS)
    yield from emergence_claims.phase_claims(
        protocols["time"], phase_exponents, "fits/time_phase_exponents.csv"
    )
    yield from emergence_claims.run_order_claims(
        protocols, run_times, exponents, "fits/run_emergence_times.csv"
    )
    confidence = float(exponents["confidence"].iloc[0])
    for name, table in zip(emergence_claims.RISING, rises, strict=True):
        yield from emergence_claims.shape_claims(
            protocols[name], table, confidence, f"fits/{name}_rises.csv"
        )
