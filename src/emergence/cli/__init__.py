"""Command lines of scripts."""
