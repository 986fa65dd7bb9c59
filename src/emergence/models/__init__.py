"""Networks and how they start."""
