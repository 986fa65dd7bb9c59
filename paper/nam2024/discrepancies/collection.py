"""All rows: what is said (statements.json, in words) beside what is computed.

Names in braces in statements.json are values of `paper.nam2024.stated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.store.files import read_json
from emergence.verify.findings import Finding, discrepancy_table
from paper.nam2024 import stated
from paper.nam2024.discrepancies.causes import with_causes
from paper.nam2024.discrepancies.data_rows import data_findings
from paper.nam2024.discrepancies.emergence_rows import emergence_findings
from paper.nam2024.discrepancies.initial_strength_rows import initial_strength_findings
from paper.nam2024.discrepancies.prediction_rows import (
    coupling_findings,
    many_skills_findings,
    prediction_findings,
)
from paper.nam2024.discrepancies.settings_rows import settings_findings
from paper.nam2024.discrepancies.text_rows import text_findings
from paper.nam2024.discrepancies.theory_rows import theory_findings

_STATEMENTS_FILE = Path(__file__).with_name("statements.json")


def statements() -> list[dict[str, str]]:
    """What is said, row by row: id, where, paper, code, consequence."""
    values = vars(stated)
    return [
        {key: text.format_map(values) for key, text in row.items()}
        for row in read_json(_STATEMENTS_FILE)
    ]


def discrepancies(
    *,
    settings: Mapping[str, Any],
    fit: Mapping[str, Any],
    runs: pd.DataFrame,
    parameter_runs: pd.DataFrame,
    samples: pd.DataFrame,
    data_runs: pd.DataFrame,
    data_emergence: pd.DataFrame,
    data_shape: pd.DataFrame,
    data_transfer: pd.DataFrame,
    parameter_emergence: pd.DataFrame,
    strength_sums: pd.DataFrame,
    decoupling: pd.DataFrame,
    saturation: pd.DataFrame,
    saturation_excess: pd.DataFrame,
    rises: pd.DataFrame,
    single_rises: pd.DataFrame,
    phases: pd.DataFrame,
    phase_exponents: pd.DataFrame,
    exponents: pd.DataFrame,
    times: pd.DataFrame,
    transformer_means: pd.DataFrame,
    equation_checks: pd.DataFrame,
    simulation_checks: pd.DataFrame,
    three_neurons: pd.DataFrame,
    couplings: pd.DataFrame,
    parameter_settings: pd.DataFrame | None,
    sharing: pd.DataFrame | None,
    causes: pd.DataFrame | None,
    scaling_exponents: pd.DataFrame,
    scaling_delays: pd.DataFrame,
    scaling_own_samples: pd.DataFrame,
    scaling_learned: pd.DataFrame,
) -> pd.DataFrame:
    """Where paper, authors' code and arithmetic disagree, with the numbers that show it.

    settings, fit, runs: of the calibration in time; data_runs: of that in data. rises,
    single_rises: of the networks with many skills and with one. couplings: of the three-neuron
    network. parameter_settings, sharing, causes: of studies, None where they are not shipped.
    scaling_*: of networks with many skills.
    """
    calibration = (settings, fit, runs)
    findings: dict[str, Finding] = {
        **settings_findings(*calibration, parameter_settings),
        **initial_strength_findings(*calibration),
        **data_findings(settings, parameter_runs, samples),
        **prediction_findings(
            data_emergence,
            parameter_emergence,
            data_shape,
            data_transfer,
            strength_sums,
            data_runs,
            settings["task"]["target_scale"],
        ),
        **coupling_findings(decoupling, saturation, saturation_excess, rises, single_rises),
        **many_skills_findings(
            scaling_exponents, scaling_delays, scaling_own_samples, scaling_learned
        ),
        **emergence_findings(exponents, times, transformer_means, phases, phase_exponents, sharing),
        **theory_findings(equation_checks, simulation_checks, three_neurons, couplings),
        **text_findings(settings["task"]["target_scale"]),
    }
    return discrepancy_table(statements(), with_causes(findings, causes))
