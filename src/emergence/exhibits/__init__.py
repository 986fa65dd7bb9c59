"""Shared parts of figures and tables."""
