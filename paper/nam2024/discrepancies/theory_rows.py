"""Rows on equations, scaling laws and the solvable models."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.theory.closed_forms import emergence_time, saturation_time
from emergence.theory.setting import Setting
from emergence.theory.simulation.extended_data import limit_of_gradient_flow
from emergence.theory.simulation.multilinear import gradient_flow
from emergence.theory.simulation.three_neuron import gradient_flow_velocity, parity_loss
from emergence.verify.findings import UNDECIDED, Finding, code, listed, number
from paper.nam2024 import stated
from paper.nam2024.theory.three_neurons import EQUAL_SHARES

_EQUATION_CHECKS = "theory/equation_checks.csv"
_SIMULATION_CHECKS = "theory/simulation_checks.csv"
# Row of the list: (id in the equation checks, columns to show).
_EQUATION_ROWS = {
    "09-parameter-prefactor": ("9", ("paper", "code", "computed")),
    "10-missing-half-square": ("10", ("paper", "computed", "paper_ratio")),
    "11-last-term": ("11", ("corrected", "computed")),
    "12-allocation-exponent": ("12", ("paper", "computed", "paper_ratio")),
    "13-compute-prefactors": ("13", ("code", "computed", "code_ratio")),
    "14-time-prefactors": ("14", ("code", "computed", "code_ratio")),
    "15-compute-figure-settings": ("15", ("paper", "code")),
    "27-compute-slope": ("theory-1", ("paper", "computed")),
    "28-skills-of-first-curve": ("theory-2", ("paper", "code")),
    "29-time-prefactor-skills": ("theory-3", ("code", "corrected", "code_ratio")),
    "30-unseen-skill-loss": ("theory-4", ("code", "computed", "code_ratio")),
    "31-small-initial-strength": ("theory-5", ("paper", "computed", "paper_ratio")),
    "32-finite-skills-start": ("theory-6", ("paper", "corrected", "computed")),
}


def theory_findings(
    equations: pd.DataFrame,
    simulations: pd.DataFrame,
    three_neurons: pd.DataFrame,
    couplings: pd.DataFrame,
) -> dict[str, Finding]:
    """Rows 9 to 15 and those on the solvable models.

    equations: table of `paper.nam2024.theory.equation_checks`. simulations: of
    `paper.nam2024.theory.checks.checks`. three_neurons: strengths behind Fig. 8. couplings: of
    `paper.nam2024.theory.three_neurons`.

    Raises ValueError if a table lacks a row that is needed.
    """
    found = {
        row: equation_finding(equations, check, columns)
        for row, (check, columns) in _EQUATION_ROWS.items()
    }
    return found | {
        "21-data-law-strength": _data_law(simulations),
        "22-coupling-power": _coupling_power(),
        "23-mode-strengths": _mode_strengths(couplings, three_neurons),
        "24-figure-6-shares": _figure_6(),
        "25-second-stage": _second_stage(simulations),
        "26-three-neuron-flow": _three_neuron_flow(),
    }


def equation_finding(equations: pd.DataFrame, check: str, columns: tuple[str, ...]) -> Finding:
    """The named columns of one check, by quantity and α."""
    rows = equations[equations["id"].astype(str) == check]
    if rows.empty:
        raise ValueError(f"the equation checks have no row {check}")
    parts = []
    for quantity, group in rows.groupby("quantity", sort=False):
        values = "; ".join(
            f"alpha = {row['alpha']:g}: "
            + ", ".join(f"{name.replace('_', ' ')} {number(row[name])}" for name in columns)
            for _, row in group.iterrows()
        )
        parts.append(f"{quantity}: {values}")
    return Finding(" | ".join(parts), f"{_EQUATION_CHECKS}, id {check}")


def _measured(simulations: pd.DataFrame, check: str) -> tuple[float, float]:
    rows = simulations[simulations["id"] == check]
    if rows.empty:
        raise ValueError(f"the simulation checks have no row {check}")
    return float(rows["expected"].iloc[0]), float(rows["measured"].iloc[0])


def _data_law(simulations: pd.DataFrame) -> Finding:
    predicted, strength = _measured(simulations, "prop1-strength")
    linear, _ = _measured(simulations, "prop1-strength-linear")
    _, from_loss = _measured(simulations, "prop1-strength-from-loss")
    return Finding(
        f"at d_k = D_c/2: <g_k f>/S = {number(strength)} (d_k/D_c = {number(linear)}), Eq. 17 says "
        f"{number(predicted)}; 1 - sqrt(2 L_k)/S = {number(from_loss)}",
        f"{_SIMULATION_CHECKS}, ids prop1-*; {code(limit_of_gradient_flow)}",
    )


def constant_factor_rate(coupling: float, target_scale: float, initial_strength: float) -> float:
    """Rate over η of f = B a b g with a constant B, from the time at which R = S/2.

    The half-rise of R/S = 1/(1 + (S/r - 1) e^{-2ηSρT}) is at ln(S/r - 1)/(2ηSρ), which gives ρ.
    """
    times = np.linspace(0.0, 2.0 * np.log(target_scale / initial_strength) / coupling, 4001)
    start = np.full(1, np.sqrt(initial_strength / coupling))
    path = gradient_flow(
        lambda product: coupling * (target_scale - coupling * product), start, start, 1.0, times
    )
    fraction = coupling * path.strengths[:, 0] / target_scale
    half = float(np.interp(0.5, fraction, times))
    return float(np.log(target_scale / initial_strength - 1.0) / (2.0 * target_scale * half))


def _coupling_power() -> Finding:
    coupling = float(np.sqrt(stated.SQUARED_COUPLING))
    rate = constant_factor_rate(coupling, target_scale=5.0, initial_strength=0.01)
    return Finding(
        f"constant factor B = {number(coupling)}: rate {number(rate)} eta, a power "
        f"{number(np.log(rate) / np.log(coupling))} of B; Eq. 14 has "
        f"B² = {number(stated.SQUARED_COUPLING)}",
        f"{code(constant_factor_rate)}; a skill split over 1/B² modes does give B²: "
        f"{_SIMULATION_CHECKS}, id eq14-modes",
    )


def _mode_strengths(couplings: pd.DataFrame, curves: pd.DataFrame) -> Finding:
    last = curves[curves["time"] == curves["time"].max()].set_index("curve")["relative_strength"]
    modes = ", ".join(f"{number(last[f'neuron {q}'])}" for q in (1, 2, 3))
    starts = couplings["relative_initial_strength"]
    fitted = "; ".join(
        f"{listed(rows['squared_coupling'])} at S = {scale:g} (time to S/2 "
        f"{listed(rows['half_rise'])} of Eq. 14's)"
        for scale, rows in couplings.groupby("target_scale")
    )
    return Finding(
        f"final mode strengths over S: {modes}, sum {number(last['sum'])}; least-squares B² for "
        f"r/S = {listed(starts.unique())}: {fitted}; 1/3 = {number(EQUAL_SHARES)}",
        "theory/figure08_strengths.csv; theory/three_neurons.csv",
    )


def _figure_6() -> Finding:
    scale, threshold = stated.FIGURE_6_TARGET_SCALE, stated.FIGURE_6_THRESHOLD
    initial, rate = stated.FIGURE_6_WEIGHT**2, 2.0 * stated.FIGURE_6_LEARNING_RATE
    shares = np.array(stated.FIGURE_6_SHARES)
    setting = Setting(scale, initial, rate)
    emerged = emergence_time(shares, setting, threshold=threshold)
    saturated = emerged[0] + saturation_time(shares[0], setting, threshold=threshold)
    ratio, alpha = shares[0] / shares[1], stated.FIGURE_6_DATA_EXPONENT
    captioned = 2.0 ** (alpha + 1.0)
    margin, stated_margin = emerged[1] / saturated, captioned * emerged[0] / saturated
    lines = ", ".join(f"{line:g}" for line in stated.FIGURE_6_LINES)
    return Finding(
        f"P_s(1)/P_s(2) = {number(ratio)}, i.e. alpha = {number(np.log2(ratio) - 1)}; alpha = "
        f"{alpha:g} has {number(captioned)}; tau_e(2) over the end of stage 1: {number(margin)} as "
        f"drawn, {number(stated_margin)} at alpha = {alpha:g}; Eq. 40 puts the lines at "
        f"{number(emerged[0])} and {number(saturated)}, typed in {lines}",
        f"tau_fig.py; Eq. 40 with eta = 2 learning rates: {code(emergence_time)}",
    )


def _second_stage(simulations: pd.DataFrame) -> Finding:
    values = {pair: _measured(simulations, f"eq41-stage-like-{pair}") for pair in (1, 2)}
    parts = "; ".join(
        f"skills {pair} and {pair + 1}: {number(expected)} by Eq. 41, {number(measured)} simulated"
        for pair, (expected, measured) in values.items()
    )
    return Finding(
        f"emergence of the next skill over saturation of this one (stage-like above 1): {parts}",
        f"{_SIMULATION_CHECKS}, ids eq41-stage-like-*",
    )


def _three_neuron_flow() -> Finding:
    scale, step = 1.0, 1e-5
    parameters = np.array([0.7, 0.9, 1.1, -0.3])  # a generic point: no symmetry hides a term
    shifts = step * np.eye(len(parameters))
    slopes = np.array(
        [
            (parity_loss(parameters + shift, scale) - parity_loss(parameters - shift, scale))
            / (2.0 * step)
            for shift in shifts
        ]
    )
    gap = np.max(np.abs(gradient_flow_velocity(parameters, scale) + slopes))
    return Finding(
        f"{UNDECIDED} for the printed form, which was not at hand; the form derived here is off "
        f"the loss's numerical gradient by at most {number(gap)}",
        code(gradient_flow_velocity),
    )
