"""Fig. 11: the networks with one skill from which the constants are fitted."""

from paper.nam2024.figures.emergence_panels import draw

__all__ = ["draw"]
