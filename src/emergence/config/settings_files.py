"""Here until its importers take it from `config.settings`."""

from emergence.config.settings import read_settings

__all__ = ["read_settings"]
