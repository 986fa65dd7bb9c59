"""What the paper and its authors' code state, as values to compute with: the only place.

The text of the paper was not at hand. (a): the authors' repository linear_first. (b): second-hand,
from notes on the paper. (d): a guess, where nothing is known.
"""

from __future__ import annotations

# (a) run_fig11.py: factors of weights, target, input and output of each panel.
PANELS = {
    "a": {"weights": 5.0, "target": 3.0},
    "b": {"weights": 1.0, "target": 3.0},
    "c": {"weights": 5.0, "target": 30.0},
    "d": {"weights": 5.0, "target": 3.0, "input": 0.01},
    "e": {"weights": 5.0, "target": 3.0, "output": 0.1},
}
# (a) fig11_run.py: its protocol on MNIST, one run for each panel.
GROKKING = {
    "train_samples": 1000, "test_samples": 10_000, "width": 512, "hidden_layers": 3,
    "batch_size": 128, "learning_rate": 0.001, "weight_decay": 0.0001, "epochs": 2000,
}  # fmt: skip
# (a) utils.py: size of the matrices that importing it draws and prints.
IMPORT_SIZE = 3
# (a') the emergence paper's code: its parameter alpha, which is 1+α.
EMERGENCE_CODE_ALPHA = 1.6
# (a) fig6a: d = h = o, samples; ticks of the axes as they are labelled.
BALANCED_SIZE = 2
BALANCED_SCALES = (1.0, 20.0)
# (a) fig6b: d = h, o, P; base of the scales w1, w2 and largest l; scales of the target.
MIRRORED_INPUTS, MIRRORED_OUTPUTS, MIRRORED_SAMPLES = 20, 2, 10
MIRRORED_BASE, MIRRORED_IMBALANCE = 0.1, 0.5
MIRRORED_SCALES = (0.1, 50.0)
# (a) fig6b: the largest number on its y axis, where l is MIRRORED_IMBALANCE.
MIRRORED_TICK = 5.0
# (a) both maps: values of each axis, and steps.
MAP_PIXELS, MAP_STEPS = 40, 4000
# (c) chosen here: S/Σ0 and imbalances of the power law of 6b; below which S/Σ0 it is fitted.
POWER_RATIOS = (30.0, 10.0, 3.0, 1.0, 0.3, 0.12)
POWER_BELOW = 0.5
POWER_IMBALANCES = (-0.5, 0.0, 0.5)
# (c) depth and kernel tables.
SPREADS = (0.0, 0.1, 0.3, 0.6)
CONTOUR_SPREADS = (0.0, 0.3)
CONTOUR_DISTANCES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
# (c) singular values of an initial product that is not isotropic.
UNEQUAL_PRODUCT = (1.5, 0.5)
# (a') The emergence paper's plotting script: R_k(0) = σ²/3.6, called empirical.
INITIAL_STRENGTH_DIVISOR = 3.6
