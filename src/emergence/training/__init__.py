"""Training protocol and engines."""
