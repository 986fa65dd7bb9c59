"""Closed forms against direct simulations, as rows of a table of claims."""

from __future__ import annotations

from itertools import chain

import pandas as pd

from emergence.randomness import Stream
from paper.nam2024.theory.checks.check_table import Check, CheckSettings
from paper.nam2024.theory.checks.checks_extended import (
    data_checks,
    parameter_checks,
    time_checks,
)
from paper.nam2024.theory.checks.checks_multilinear import multilinear_checks
from paper.nam2024.theory.checks.checks_networks import linear_network_checks, three_neuron_checks


def simulation_checks(stream: Stream, settings: CheckSettings | None = None) -> pd.DataFrame:
    """All checks: id, source, statement, expected, measured, tolerance and the reason for it.

    A row holds if |measured - expected| ≤ tolerance. Every number is a function of `stream`.
    """
    settings = settings or CheckSettings()
    rows = chain(
        multilinear_checks(settings, stream),
        data_checks(settings, stream),
        parameter_checks(settings, stream),
        time_checks(settings, stream),
        three_neuron_checks(settings),
        linear_network_checks(settings, stream),
    )
    return pd.DataFrame(rows, columns=Check._fields)
