"""What the paper and its authors' code state, as values to compute with: the only place.

Each value names its source. The authors' repository is Skill_Eigenmode, its files are named as they
are there. The settings that a preset runs are in default.yaml and its presets.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from emergence.store.files import read_json
from emergence.theory.setting import Setting

# Sec. 6, Fig. 11: the constants of the extended models, B², D_c and N_c, by resource.
INVERSE_COUPLING = 22
SQUARED_COUPLING = 1.0 / INVERSE_COUPLING
CONSTANTS = {"time": SQUARED_COUPLING, "data": 800.0, "parameters": 4.0}

# App. K.1 text; its table and plot_emergence_all.py (time); plot_emergence_all.py (parameters).
INITIAL_STDS = (0.001, 0.01, 0.05)
# App. K.1; plot_emergence_all.py (time).
LEARNING_RATE_PRINTED, LEARNING_RATE_PLOTTED = 0.05, 0.02
# train_time.py: learning rate and σ without its switch, and with it.
TIME_SWITCH = {"without": (0.05, 0.001), "with": (0.02, 0.01)}
# The script that plots Fig. 1c: α until April 2024, and from May 2024 on.
FIGURE_1C_DATA_EXPONENTS = (0.5, 0.6)
# plot_emergence_all.py: R_k(0) = σ²/3.6, called empirical, and the last step of Fig. 1a.
INITIAL_STRENGTH_DIVISOR = 3.6
LAST_STEP = 20_000

# Ten seeds of the authors' code at n_s = 1 (σ 0.01, learning rate 0.02): steps at which R/S passes
# levels.
AUTHORS_TIME = read_json(Path(__file__).with_name("authors_time_calibration.json"))
# One seed a size of theirs on fixed training sets (learning rate 0.025 after its halving at pass 0,
# 8,000 passes): R/S at a number of samples.
AUTHORS_DATA_RUNS = ((400, 0.054), (800, 0.948), (1200, 0.995))

# App. K.1 and train_data.py: the data experiment.
DATA_LEARNING_RATE = 0.05
STEPS_PRINTED, HALVING_STEPS_PRINTED = 500_000, 50_000
PASSES_CODED, HALVING_PASSES_CODED = 100_000, 10_000
BATCH_SIZE_CODED = 2000
# plot_emergence_all.py draws, train_data.py trains these D; both hold D = 10000 twice.
DATASET_SIZES_PLOTTED = (
    *range(500, 10_001, 500),
    *range(10_000, 15_001, 1000),
    *range(20_000, 35_001, 5000),
)
DATASET_SIZES_TRAINED = (*range(500, 10_001, 500), *range(10_000, 35_001, 5000))

# Michaud et al., The quantization model of neural scaling (NeurIPS 2023), one network of 500 units
# with α = 0.4: slope of ln L on ln steps (appendix; steps 400 to 8,900 in the notebook
# sparse-parity-timeseries), and of the logarithm of a task's steps on that of its frequency.
MICHAUD_EXPONENTS = {"steps": -0.45, "task_steps": -0.81}
MICHAUD_WINDOW = (400, 8900)

# plot_emergence_all.py draws, train_parameter.py trains these N.
WIDTHS_PLOTTED = tuple(range(1, 21))
WIDTHS_TRAINED = tuple(range(2, 50, 2))
# Settings of config/parameter_study.yaml: of App. K.1, of train_parameter.py, of
# plot_emergence_all.py, and of train1_parameter.py, the script for one skill.
PARAMETER_SETTINGS = ("printed", "training_script", "plotting_script", "one_skill_script")

# data_generator.py: the bytes that skill bits are cut from are drawn below this value.
BYTE_LIMIT = 255
BITS_PER_BYTE = 8
# App. K.3: fresh inputs per skill on which R_k is measured.
MEASUREMENT_INPUTS = 20_000

# Tables 1, 3 and 5 as printed.
TABLE_1_SKILLS, TABLE_1_SKILL_BITS = 7, 12
TABLE_3_CONTROL_BITS = 11
TABLE_5_OUTLIER = 4.5
# Table 5: runs, and how many of them have R_k/S of skill k between two numbers. Printed are 0.98
# throughout for k = 1; for k = 2 0.94 to 0.96 but for two runs, one of which missed it with 0.04;
# 0 to 0.92 for k = 3; one run with 0.78 for k = 4; none for k = 5.
TABLE_5_RUNS = 10
TABLE_5_PATTERNS = {
    "skill-1": (1, 0.97, 0.99, 10),
    "skill-2": (2, 0.93, 0.97, 8),
    "skill-2-missed": (2, -0.05, 0.5, 1),
    "skill-3": (3, -0.05, 0.93, 10),
    "skill-4": (4, 0.5, 1.05, 1),
    "skill-5": (5, 0.5, 1.05, 0),
}

# train_time_transformer.py: each point of the time axis is one pass over fresh samples.
TRANSFORMER_SAMPLES, TRANSFORMER_BATCH, TRANSFORMER_PASSES = 20_000, 5000, 300_000
TRANSFORMER_PASS_STEPS = TRANSFORMER_SAMPLES // TRANSFORMER_BATCH
# plot_time_transformer.py, behind Fig. 4, right: levels of R_k/S whose times are averaged, and the
# prefactor of the line, in passes.
TRANSFORMER_LEVELS = (0.05, 0.25, 0.45, 0.65)
TRANSFORMER_PREFACTOR = 4000
# Sec. 6, App. K.2: sizes of the transformer of Fig. 4.
TRANSFORMER_SIZES = {
    "width": 512,
    "n_skills": 5,
    "skill_bits": 32,
    "sparse_bits": 3,
    "target_scale": 1.0,
}
TRANSFORMER_EXPONENT = 1.9  # drawn as k^1.9, in the legend 1.9^k

# tau_fig.py, behind Fig. 6a: shares of two skills, settings, and the lines typed in.
FIGURE_6_SHARES = (0.05, 0.01)
FIGURE_6_TARGET_SCALE, FIGURE_6_WEIGHT, FIGURE_6_LEARNING_RATE = 5.0, 0.1, 0.1
FIGURE_6_THRESHOLD = 0.05
FIGURE_6_LINES = (33.0, 92.0)
FIGURE_6_DATA_EXPONENT = 0.6  # of the figure's caption


# Scaling laws: settings of Figs. 2, 3 and 7, and prefactors.


class AuthorsPrefactor(NamedTuple):
    """One prefactor in units of S²/2, the setting it was given for, and where it was found.

    None for α, setting or n_s: claimed for every value.
    """

    law: str
    data_exponent: float | None
    setting: Setting | None
    n_skills: float | None
    value: float
    source: str


class AuthorsSetting(NamedTuple):
    """A setting of the scaling-law figures as printed or coded."""

    setting: Setting
    n_skills: float
    last_time: float
    source: str


FIGURE_2 = AuthorsSetting(Setting(1.0, 0.01, 1.0), 1e5, 1e4, "plot_power_law_all.py")
FIGURE_3_CODE = AuthorsSetting(Setting(5.0, 0.01, 1.0), 5e4, 1e8, "plot_compute_power_law_all.py")
FIGURE_3_TEXT = AuthorsSetting(Setting(1.0, 0.01, 1.0), 1e5, 1e3, "App. K.4")
FIGURE_7 = AuthorsSetting(
    Setting(5.0, 0.01, 1.0), 5e4, 1e5, "Fig. 7; r and the last time chosen here"
)
# Largest and smallest N drawn in Fig. 3, and how many skills the code sums for the smallest.
FIGURE_3_LARGEST_N = 10_000
FIGURE_3_FIRST_N = 10
FIGURE_3_FIRST_SUMMED = 11

_TIME = "Fig. 2, plot_power_law_all.py (commit a211f8d), typed in"
_COMPUTE = "Fig. 3, plot_compute_power_law_all.py (commit 26c2b52), typed in"

PREFACTOR_ROUNDING = 0.005  # half a unit of the last digit given
PREFACTORS = (
    AuthorsPrefactor("time", 0.3, FIGURE_2.setting, math.inf, 1.29, _TIME),
    AuthorsPrefactor("time", 0.6, FIGURE_2.setting, math.inf, 1.20, _TIME),
    AuthorsPrefactor("time", 0.9, FIGURE_2.setting, math.inf, 1.06, _TIME),
    AuthorsPrefactor("compute", 0.3, FIGURE_3_CODE.setting, None, 0.68, _COMPUTE),
    AuthorsPrefactor("compute", 0.6, FIGURE_3_CODE.setting, None, 0.70, _COMPUTE),
    AuthorsPrefactor("compute", 0.9, FIGURE_3_CODE.setting, None, 0.64, _COMPUTE),
    AuthorsPrefactor("parameters", None, None, None, 1.0, "Eq. 327: A_N = S²/2"),
)


def authors_prefactor(
    law: str, data_exponent: float, setting: Setting, *, n_skills: float = math.inf
) -> float:
    """The authors' prefactor of a law in units of S²/2 at exactly this setting, else NaN."""
    asked = (law, data_exponent, setting, n_skills)
    for entry in PREFACTORS:
        if all(given in (None, value) for given, value in zip(entry[:4], asked, strict=True)):
            return entry.value
    return math.nan
