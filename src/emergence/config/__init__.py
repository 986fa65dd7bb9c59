"""Configuration: models, loading, settings of experiments."""
