"""Direct simulations of the solvable models: what the closed forms are checked against.

A gradient flow raises RuntimeError where its integrator gives up.
"""
