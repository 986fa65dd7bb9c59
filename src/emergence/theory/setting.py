"""The constants that every formula of the theory shares: target scale, initial strength, rate."""

from __future__ import annotations

from dataclasses import dataclass

from emergence.theory.validation import initial_ratio, positive


@dataclass(frozen=True)
class Setting:
    """S, r and η of the multilinear model, checked once.

    Attributes
    ----------
    target_scale: S > 0, in the unit of the target.
    initial_strength: r = R_k(0) of every skill, in the unit of the target; 0 < r < S.
    learning_rate: η > 0 on the loss with the ½, for one unit of time T.

    Raises
    ------
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> setting.ratio, setting.rate, setting.half_square
    (499.0, 0.5, 12.5)
    """

    target_scale: float
    initial_strength: float
    learning_rate: float

    def __post_init__(self) -> None:
        initial_ratio(self.initial_strength, self.target_scale)
        positive("learning_rate", self.learning_rate)

    @property
    def ratio(self) -> float:
        """S/r - 1: how far a skill is from its target at the start, over its strength."""
        return (self.target_scale - self.initial_strength) / self.initial_strength

    @property
    def rate(self) -> float:
        """ηS: time and compute enter the laws only as ηST and ηSC."""
        return self.learning_rate * self.target_scale

    @property
    def half_square(self) -> float:
        """S²/2: the loss of a skill of strength zero, and the unit of tabulated prefactors."""
        return self.target_scale**2 / 2.0

    @property
    def initial_loss(self) -> float:
        """(S - r)²/2: the loss of a skill at its start."""
        return (self.target_scale - self.initial_strength) ** 2 / 2.0
