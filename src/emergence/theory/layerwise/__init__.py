"""Layers that multiply each other: exact solutions and gradient descent of linear networks."""
