"""All claims from the files of one preset."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.analysis.aggregation import read_run_table
from emergence.config.load import PAPER_FILE, load_config
from emergence.store.files import read_csv, read_json
from emergence.tasks.experiments import swept_values, training_settings
from emergence.verify.claims import Claim
from paper.nam2024.claims import emergence_claims, theory_claims, training_claims
from paper.nam2024.claims.training_claims import Protocol

EXPERIMENTS = ("time", "data", "parameters")
CALIBRATIONS = ("time_calibration", "data_calibration", "parameter_calibration")


def collect(results: Path) -> Iterator[Claim]:
    """Every claim, from the files under results/{preset}; evidence is relative to that folder."""
    yield from _theory(results)
    for name in CALIBRATIONS:
        yield from _calibration(results, name)
    for name in EXPERIMENTS:
        yield from _experiment(results, name)
    yield from _emergence(results)


def _theory(results: Path) -> Iterator[Claim]:
    def table(name: str) -> tuple[pd.DataFrame, str]:
        evidence = f"theory/{name}.csv"
        return read_csv(results / evidence), evidence

    yield from theory_claims.scaling_claims(*table("scaling_measurement"))
    yield from theory_claims.authors_prefactor_claims(*table("prefactors"))
    yield theory_claims.finite_skills_claim(*table("figure07"))
    yield from theory_claims.simulation_claims(*table("simulation_checks"))


@cache
def _paper_config() -> dict[str, Any]:
    return load_config([PAPER_FILE])


def _protocol(results: Path, name: str) -> Protocol:
    paper = _paper_config()
    return Protocol(
        settings=read_json(results / f"settings/{name}.json"),
        runs=read_run_table(results / f"aggregated/{name}_runs.csv"),
        paper_settings=training_settings(paper, name),
        paper_values=swept_values(paper["experiments"][name]),
    )


def _calibration(results: Path, name: str) -> Iterator[Claim]:
    protocol = _protocol(results, name)
    fit = read_json(results / f"fits/{name}.json")
    yield training_claims.calibration_claim(protocol, fit, f"fits/{name}.json")
    evidence = f"aggregated/{name}_runs.csv"
    if protocol.settings["resource"] == "time":
        yield from training_claims.authors_run_claims(protocol, evidence)
    elif protocol.settings["resource"] == "data":
        yield training_claims.data_below_model_claim(protocol, fit, evidence)
        yield from training_claims.authors_data_claims(protocol, evidence)


def _experiment(results: Path, name: str) -> Iterator[Claim]:
    evidence = f"fits/{name}_emergence.csv"
    protocol = _protocol(results, name)
    found = (protocol, read_csv(results / evidence), evidence)
    yield training_claims.order_claim(*found)
    yield from training_claims.prediction_claims(*found)
    if protocol.settings["resource"] == "time":
        yield from training_claims.saturation_claims(*found)


def _emergence(results: Path) -> Iterator[Claim]:
    exponents, times = "fits/emergence_exponents.csv", "fits/emergence_times.csv"
    table = read_csv(results / exponents)
    reduced = [
        name
        for name in emergence_claims.NAMES
        if not _protocol(results, name).followed and name != "time"
    ]
    yield from emergence_claims.exponent_claims(table, reduced, exponents)
    yield from emergence_claims.order_claims(read_csv(results / times), table, times)
    for name in emergence_claims.NAMES:
        evidence = f"fits/{name}_rises.csv"
        yield emergence_claims.shape_claim(name, read_csv(results / evidence), evidence)
