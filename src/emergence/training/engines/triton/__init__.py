"""The GPU engine."""

import os

INTERPRETER_VARIABLE = "TRITON_INTERPRET"  # Triton's own


def interpreting() -> bool:
    """Whether Triton's interpreter runs the kernels on a CPU: for tests."""
    return os.environ.get(INTERPRETER_VARIABLE, "").lower() in ("1", "true", "on", "yes")
