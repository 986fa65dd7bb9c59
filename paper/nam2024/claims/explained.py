"""Claims that do not hold, and the discrepancy that explains each."""

from __future__ import annotations

# Patterns of ids.
EXPLAINED = {
    "authors-prefactor-compute-*": "13-compute-prefactors",
    "authors-prefactor-parameters-*": "09-parameter-prefactor",
    "prop1-strength": "21-data-law-strength",
    "three-neurons-coupling": "23-mode-strengths",
    "three-neurons-half-rise": "23-mode-strengths",
    "prediction-data-?-0.1": "36-data-onset",
    "prediction-data-?-0.9": "36-data-onset",
    "data-shape": "36-data-onset",
    "data-transfer-0.9": "46-data-transfer",
    "trend-time-0.1": "40-two-layer-exponent",
    "emergence-exponent-mlp": "40-two-layer-exponent",
    "emergence-onset-mlp": "40-two-layer-exponent",
    "decoupling-unlearned": "47-coupled-skills",
    "symmetry-mlp": "48-slow-saturation",
    "scaling-exponent-data-*": "49-many-skills",
    "scaling-exponent-parameters-*": "49-many-skills",
    "scaling-prefactor-compute-*": "49-many-skills",
    "scaling-prefactor-data-*": "49-many-skills",
    "scaling-prefactor-parameters-*": "49-many-skills",
    "saturation-excess": "48-slow-saturation",
}
