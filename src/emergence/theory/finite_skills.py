"""Correction of the time law for finitely many skills, important at small α (Eq. 56)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.skill_sums import skill_normaliser
from emergence.theory.validation import count, positive


def missing_skills_loss(
    n_skills: ArrayLike, *, data_exponent: float, target_scale: float
) -> NDArray[np.float64]:
    """L_C = S² A N^-α / (2α), with A = 1/Σ_{j≤N} j^-(α+1) (Eq. 56).

    The loss that the skills beyond the N-th would carry if the power law went on for ever, all of
    them still unlearned; zero for N = ∞.

    Parameters
    ----------
    n_skills: N, whole or infinite; its shape is returned.
    data_exponent: α > 0.
    target_scale: S > 0, what an unlearned skill lacks; the unit of the result is S².

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exponent = float(positive("data_exponent", data_exponent))
    skills = count("n_skills", n_skills)
    return (
        positive("target_scale", target_scale) ** 2
        * skills**-exponent
        / (2.0 * exponent * skill_normaliser(exponent, skills))
    )


def finite_skills_loss(
    time: ArrayLike,
    *,
    reference_time: ArrayLike,
    reference_loss: ArrayLike,
    n_skills: ArrayLike,
    data_exponent: float,
    target_scale: float,
) -> NDArray[np.float64]:
    """Solution of dL/dT = -α/(α+1) · (L + L_C)/T (Eq. 56) through the point L(T_0) = L_0.

    The variables separate: L + L_C is a pure power law, so

        L(T) = (L_0 + L_C) (T/T_0)^(-α/(α+1)) - L_C.

    It crosses zero once the last skill should have been learned, where the law is over.

    Parameters
    ----------
    time: T > 0; its shape is returned.
    reference_time, reference_loss: T_0 > 0 and L_0, any point of the curve where the law holds.
    n_skills, data_exponent, target_scale: as in :func:`missing_skills_loss`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    offset = missing_skills_loss(n_skills, data_exponent=data_exponent, target_scale=target_scale)
    ratio = positive("time", time) / positive("reference_time", reference_time)
    decay = ratio ** (-data_exponent / (data_exponent + 1.0))
    return (np.asarray(reference_loss, dtype=np.float64) + offset) * decay - offset
