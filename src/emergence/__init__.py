"""Reproduction of the multitask sparse parity paper."""
