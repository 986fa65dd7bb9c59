"""Packing and costs of jobs."""
