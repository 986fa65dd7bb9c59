"""Tasks: what is learned, and what is measured."""
