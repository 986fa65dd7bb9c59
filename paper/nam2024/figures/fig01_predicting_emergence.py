"""Fig. 1: emergence in time, data and parameters, predicted from networks with one skill."""

from paper.nam2024.figures.emergence_panels import draw

__all__ = ["draw"]
