"""Direct simulations of the solvable models: what the closed forms are checked against."""
