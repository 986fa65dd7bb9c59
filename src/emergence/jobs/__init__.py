"""Packing, costs and adoption of jobs."""
