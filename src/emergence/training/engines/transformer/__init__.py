"""The engine of transformers."""
