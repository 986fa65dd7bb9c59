"""Closed forms against direct simulations, as rows of a table of claims."""

from __future__ import annotations

from itertools import chain

import pandas as pd

from emergence.randomness import Stream
from paper.nam2024.theory.checks.check_table import CheckSizes
from paper.nam2024.theory.checks.checks_extended import data_checks, parameter_check, time_check
from paper.nam2024.theory.checks.checks_multilinear import population_checks, sample_checks
from paper.nam2024.theory.checks.checks_networks import linear_network_check, three_neuron_check

COLUMNS = ["id", "source", "statement", "expected", "measured", "tolerance", "tolerance_reason"]


def simulation_checks(stream: Stream, sizes: CheckSizes | None = None) -> pd.DataFrame:
    """Each closed form against a direct simulation.

    Parameters
    ----------
    stream: all that is drawn is a function of it.
    sizes: how much is simulated.

    Returns
    -------
    DataFrame with columns id, source, statement, expected, measured, tolerance, tolerance_reason.
    A row holds if |measured - expected| ≤ tolerance.
    """
    sizes = sizes or CheckSizes()
    rows = chain(
        population_checks(sizes),
        sample_checks(sizes, stream),
        data_checks(sizes, stream),
        [parameter_check(sizes, stream)],
        [time_check(stream)],
        [three_neuron_check()],
        [linear_network_check(sizes, stream)],
    )
    return pd.DataFrame(list(rows))[COLUMNS]
