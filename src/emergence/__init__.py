"""Emergence and scaling laws in the multitask sparse parity problem: a kit for papers about it.

The solvable model, with S, r and η in a `Setting`:

- `skill_probabilities`: how often each skill occurs, P_s(k)
- `multilinear_skill_fraction`: how much of a skill is learned at time T, R_k/S
- `emergence_time`: when a skill is learned
- `multilinear_loss`: the loss of all skills together
- `law_prefactor`: the prefactor of a scaling law in time, data, parameters or compute
- `extended_data_skill_fraction`, `extended_parameter_skill_fraction`: how much of a skill is
  learned from D samples, or with N hidden units

Networks:

- `load_settings`: everything that determines an experiment's runs
- `train_networks`: train a small experiment, measure each skill
- `calibrate`: fit the one constant of an extended model to networks with one skill

docs/tour.md uses all of them. A name is imported when it is first used, so that `import emergence`
stays cheap.
"""

# Relative to this package: a full name would count as an import (`emergence.store.meaning`).
_PLACES = {
    "Setting": "theory.setting",
    "calibrate": "analysis.fitting",
    "emergence_time": "theory.closed_forms",
    "extended_data_skill_fraction": "theory.extended_models",
    "extended_parameter_skill_fraction": "theory.extended_models",
    "law_prefactor": "theory.scaling_laws",
    "load_settings": "config.load",
    "multilinear_loss": "theory.model_loss",
    "multilinear_skill_fraction": "theory.closed_forms",
    "skill_probabilities": "tasks.sparse_parity.problem",
    "train_networks": "analysis.trained",
}


def __getattr__(name: str) -> object:
    """One of the public names, imported from its module (PEP 562)."""
    import importlib

    if name not in _PLACES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(_PLACES)
