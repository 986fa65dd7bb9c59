"""Closed forms, scaling laws and direct simulations of the solvable models (float64, no torch)."""
