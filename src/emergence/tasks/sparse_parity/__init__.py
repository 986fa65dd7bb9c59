"""The multitask sparse parity problem."""
