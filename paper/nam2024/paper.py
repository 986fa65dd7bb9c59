"""What makes up this paper: experiments, products, figures, tables, pages. Data, no logic.

Paths are relative to results/{preset}/nam2024; keys are those of the paper's block of the
configuration (default.yaml). `emergence.papers` says what an entry means and checks all of them.
"""

from emergence.papers import Exhibit, Page, Product
from paper.nam2024 import stated
from paper.nam2024.settings import Settings  # noqa: F401

TITLE = (
    "An exactly solvable model for emergence and scaling laws "
    "in the multitask sparse parity problem"
)
PROTOCOL = ("full", "full/transformers")  # presets that follow the paper's own protocol

# An experiment with many skills: the one with one skill that its constant is fitted to.
CALIBRATION = {
    "time": "time_calibration",
    "data": "data_calibration",
    "parameters": "parameter_calibration",
}
TWO_LAYER = (*CALIBRATION, *CALIBRATION.values())
TRANSFORMERS = ("transformer", "transformer_control")
RISING = ("time", "time_calibration", *TRANSFORMERS)  # the shape of their rises is measured

EXPERIMENTS = (*CALIBRATION, *CALIBRATION.values(), *TRANSFORMERS)

# Studies of causes: the experiment whose settings each changes.
CAUSES = {
    "onset": "data_calibration",
    "exponent": "time",
    "saturation": "time",
    "units": "parameters",
    "transformers": "transformer",
}

FITTING = {"confidence": "fitting.confidence"}
# Scaling laws of many skills (preset scaling): groups of experiments law_{group}_*, in the order in
# which they are run.
SCALING = ("disjoint", "shared", "data", "widths", "controls")
LEVELS = "emergence.levels"
TIMES = {**FITTING, "threshold": "emergence.threshold"}
DIVISOR = {"initial_strength_divisor": stated.INITIAL_STRENGTH_DIVISOR}
TIME_RUNS = {"settings": "settings/time.json", "runs": "aggregated/time_runs.csv"}


def _fit(name: str) -> Product:
    """The constant of a calibration experiment, with its interval."""
    return Product(
        "emergence.analysis.fitting:calibrate",
        inputs={"settings": f"settings/{name}.json", "runs": f"aggregated/{name}_runs.csv"},
        outputs={"-": f"fits/{name}.json"},
        arguments=FITTING,
        constants=DIVISOR,
    )


def _prediction(name: str, calibration: str, resource: str) -> Product:
    """Skill strengths of an experiment, predicted from its calibration."""
    return Product(
        "emergence.analysis.prediction:predict",
        inputs={
            "settings": f"settings/{name}.json",
            "runs": f"aggregated/{name}_runs.csv",
            "summary": f"aggregated/{name}.csv",
            "calibration": f"fits/{calibration}.json",
        },
        outputs={
            "curves": f"fits/{name}_prediction.csv",
            "emergence": f"fits/{name}_emergence.csv",
            "trends": f"fits/{name}_trends.csv",
        },
        arguments={**FITTING, "levels": LEVELS},
        constants={**DIVISOR, "reference": stated.CONSTANTS[resource]},
    )


def _transfer(name: str, calibration: str) -> Product:
    """Where the skills of an experiment are passed, from the single skill without a model."""
    return Product(
        "networks.transfer:transfer",
        inputs={
            "settings": f"settings/{name}.json",
            "runs": f"aggregated/{name}_runs.csv",
            "calibration_runs": f"aggregated/{calibration}_runs.csv",
            "calibration": f"fits/{calibration}.json",
        },
        outputs={
            "skills": f"fits/{name}_transfer.csv",
            "means": f"fits/{name}_transfer_means.csv",
        },
        arguments={**FITTING, "levels": LEVELS},
    )


def _rises(name: str) -> Product:
    """How the skills of an experiment rise: the fit of a sigmoid beside that of an exponential."""
    return Product(
        "emergence.analysis.rise_shape:fit_rises",
        inputs={"settings": f"settings/{name}.json", "runs": f"aggregated/{name}_runs.csv"},
        outputs={"fits": f"fits/{name}_rises.csv", "curves": f"fits/{name}_rise_curves.csv"},
        arguments={"levels": LEVELS},
    )


def _study(name: str, experiment: str) -> Product:
    """A study of a cause, with the settings of an experiment as its base."""
    return Product(
        f"studies.{name}:{name}",
        inputs={"settings": f"settings/{experiment}.json"},
        outputs={"-": f"studies/{name}.csv"},
        arguments=f"studies.{name}",
        evidence=True,
        trains=True,
    )


def _many_skills(group: str) -> Product:
    """Loss and skills of a group of experiments with many skills."""
    return Product(
        "scaling.runs:many_skills",
        inputs={
            "settings": f"settings/law_{group}_*.json",
            "runs": f"aggregated/law_{group}_*_runs.csv",
        },
        outputs={
            "loss": f"evidence/scaling_{group}.csv",
            "skills": f"evidence/scaling_{group}_skills.csv",
        },
        evidence=True,
    )


def _theory(name: str, function: str, *tables: str) -> Product:
    """A product of the theory, whose arguments are a block of the same name."""
    names = {table: f"theory/{name}_{table}.csv" for table in tables}
    return Product(
        function, outputs=names or {"-": f"theory/{name}.csv"}, arguments=f"theory.{name}"
    )


THEORY = {
    "figure02": ("theory.law_figures:resource_scaling_curves",),
    "figure03": ("theory.law_figures:compute_scaling_curves",),
    "figure05": ("theory.simulated_figures:figure05_data",),
    "figure06": ("theory.simulated_figures:figure06_data", "strengths", "loss", "stages"),
    "figure07": ("theory.law_figures:finite_skills_curves",),
    "figure08": ("theory.simulated_figures:figure08_data", "outputs", "strengths"),
    "figure09": ("theory.simulated_figures:figure09_data",),
    "figure10": ("theory.simulated_figures:figure10_data",),
    "prefactors": ("theory.prefactors:prefactor_table",),
    "simulation_checks": ("theory.checks.checks:simulation_checks",),
    "equation_checks": ("theory.equation_checks:equation_checks",),
    "scaling_measurement": ("emergence.theory.scaling_measurement:scaling_measurement_table",),
    "scaling_approach": ("emergence.theory.scaling_measurement:scaling_approach",),
    "regimes": ("emergence.theory.scaling_measurement:regime_table",),
    "exponents": ("emergence.theory.regimes:exponent_table",),
    "compute_envelope": ("theory.compute_prefactors:compute_prefactor_table",),
}

PRODUCTS = {
    **{f"fit_{name}": _fit(name) for name in CALIBRATION.values()},
    **{
        f"predict_{name}": _prediction(name, calibration, resource)
        for resource, calibration in CALIBRATION.items()
        for name in (resource, calibration)
    },
    **{f"transfer_{name}": _transfer(name, fitted) for name, fitted in CALIBRATION.items()},
    "emergence_times": Product(
        "emergence.analysis.emergence_times:emergence_times",
        inputs={
            "settings": ("settings/time.json", "settings/transformer*.json"),
            "runs": ("aggregated/time_runs.csv", "aggregated/transformer*_runs.csv"),
        },
        outputs={
            "runs": "fits/run_emergence_times.csv",
            "times": "fits/emergence_times.csv",
            "exponents": "fits/emergence_exponents.csv",
        },
        arguments=TIMES,
    ),
    **{f"rises_{name}": _rises(name) for name in RISING},
    **{f"theory_{name}": _theory(name, *entry) for name, entry in THEORY.items()},
    # What trained networks do beside what the models say.
    "phases": Product(
        "networks.phases:phases",
        inputs=TIME_RUNS,
        outputs={
            "times": "fits/time_phases.csv",
            "exponents": "fits/time_phase_exponents.csv",
        },
        arguments=TIMES,
    ),
    "saturation": Product(
        "networks.saturation:saturation",
        inputs={
            "settings": ("settings/time.json", "settings/time_calibration.json"),
            "runs": ("aggregated/time_runs.csv", "aggregated/time_calibration_runs.csv"),
            "emergence": ("fits/time_emergence.csv", "fits/time_calibration_emergence.csv"),
        },
        outputs={
            "rises": "fits/time_saturation.csv",
            "excess": "fits/time_saturation_excess.csv",
        },
        arguments=FITTING,
    ),
    "loss_over_time": Product(
        "networks.loss:loss_over_time",
        inputs={**TIME_RUNS, "calibration": "fits/time_calibration.json"},
        outputs={"curve": "fits/time_loss.csv", "shares": "fits/time_loss_shares.csv"},
        arguments=FITTING,
        constants=DIVISOR,
    ),
    "decoupling": Product(
        "networks.decoupling:decoupling",
        inputs=TIME_RUNS,
        outputs={"-": "fits/decoupling.csv"},
        arguments=FITTING,
    ),
    "data_shape": Product(
        "networks.data_shape:data_shape",
        inputs={
            "settings": "settings/data_calibration.json",
            "runs": "aggregated/data_calibration_runs.csv",
            "calibration": "fits/data_calibration.json",
        },
        outputs={"-": "fits/data_shape.csv"},
        arguments=FITTING,
    ),
    "corrected": Product(
        "networks.corrected:corrected",
        inputs={
            "time": "fits/time_emergence.csv",
            "time_transfer": "fits/time_transfer.csv",
            "data": "fits/data_emergence.csv",
            "data_transfer": "fits/data_transfer.csv",
            "measured": "studies/measured.csv",
        },
        outputs={"-": "fits/corrected.csv"},
    ),
    "strength_sums": Product(
        "networks.sums:strength_sums",
        inputs={
            "settings": "settings/parameters.json",
            "runs": "aggregated/parameters_runs.csv",
            "calibration": "fits/parameter_calibration.json",
        },
        outputs={"curve": "fits/parameters_sum.csv", "totals": "fits/parameters_totals.csv"},
        arguments=FITTING,
    ),
    "table5_shares": Product(
        "networks.table5:table5_shares",
        inputs={"runs": "aggregated/parameters_runs.csv"},
        outputs={"-": "fits/table5_shares.csv"},
        arguments={**FITTING, "width": "tables.table05.width"},
    ),
    "authors_code": Product(
        "networks.authors_code:authors_code",
        inputs={
            "settings": "settings/time_calibration.json",
            "runs": "aggregated/time_calibration_runs.csv",
            "data_runs": "aggregated/data_calibration_runs.csv",
        },
        outputs={"-": "fits/authors_code.csv"},
        arguments=FITTING,
    ),
    "interval_coverage": Product(
        "emergence.analysis.intervals:interval_coverage",
        outputs={"-": "fits/interval_coverage.csv"},
        arguments=FITTING,
        constants={"runs": [3, 5, 10, 50], "samples": 2000, "resamplings": 1000},
    ),
    "three_neurons": Product(
        "theory.three_neurons:coupling_table",
        outputs={"-": "theory/three_neurons.csv"},
        constants={
            "target_scales": [1.0, 5.0],  # of the paper's figures and networks
            "relative_initial_strengths": [1e-4, 1e-3, 1e-2, 1e-1],
        },
    ),
    "claims": Product(
        "claims.collection:claims",
        inputs={
            "scaling_measurement": "theory/scaling_measurement.csv",
            "prefactors": "theory/prefactors.csv",
            "finite_skills": "theory/figure07.csv",
            "simulation_checks": "theory/simulation_checks.csv",
            "three_neurons": "theory/three_neurons.csv",
            "settings": tuple(f"settings/{name}.json" for name in EXPERIMENTS),
            "protocols": tuple(f"protocol/{name}.json" for name in EXPERIMENTS),
            "runs": tuple(f"aggregated/{name}_runs.csv" for name in EXPERIMENTS),
            "fits": tuple(f"fits/{name}.json" for name in CALIBRATION.values()),
            "emergence": tuple(f"fits/{name}_emergence.csv" for name in CALIBRATION),
            "trends": tuple(f"fits/{name}_trends.csv" for name in CALIBRATION),
            "transfers": tuple(f"fits/{name}_transfer_means.csv" for name in CALIBRATION),
            "saturation": "fits/time_saturation.csv",
            "saturation_excess": "fits/time_saturation_excess.csv",
            "loss_shares": "fits/time_loss_shares.csv",
            "decoupling": "fits/decoupling.csv",
            "data_shape": "fits/data_shape.csv",
            "strength_totals": "fits/parameters_totals.csv",
            "table5_shares": "fits/table5_shares.csv",
            "authors_code": "fits/authors_code.csv",
            "phase_exponents": "fits/time_phase_exponents.csv",
            "exponents": "fits/emergence_exponents.csv",
            "run_times": "fits/run_emergence_times.csv",
            "rises": tuple(f"fits/{name}_rises.csv" for name in RISING),
            "scaling_predictions": "evidence/scaling_predictions.csv",
            "scaling_exponents": "networks/exponents.csv",
        },
        outputs={"-": "claims.csv"},
        arguments={"table5_width": "tables.table05.width"},
        constants={"calibrations": CALIBRATION},
    ),
    "beside_default": Product(
        "claims.beside:beside_default",
        inputs={"claims": "claims.csv", "default": "evidence/claims_default.csv"},
        outputs={"-": "claims_beside_default.csv"},
    ),
    "discrepancies": Product(
        "discrepancies.collection:discrepancies",
        inputs={
            "settings": "settings/time_calibration.json",
            "fit": "fits/time_calibration.json",
            "runs": "aggregated/time_calibration_runs.csv",
            "parameter_runs": "aggregated/parameters_runs.csv",
            "samples": "tables/table03.csv",
            "data_runs": "aggregated/data_calibration_runs.csv",
            "data_emergence": "fits/data_emergence.csv",
            "data_shape": "fits/data_shape.csv",
            "data_transfer": "fits/data_transfer.csv",
            "parameter_emergence": "fits/parameters_emergence.csv",
            "strength_sums": "fits/parameters_sum.csv",
            "decoupling": "fits/decoupling.csv",
            "saturation": "fits/time_saturation.csv",
            "saturation_excess": "fits/time_saturation_excess.csv",
            "rises": "fits/time_rises.csv",
            "single_rises": "fits/time_calibration_rises.csv",
            "phases": "fits/time_phases.csv",
            "phase_exponents": "fits/time_phase_exponents.csv",
            "exponents": "fits/emergence_exponents.csv",
            "times": "fits/emergence_times.csv",
            "transformer_means": "aggregated/transformer.csv",
            "equation_checks": "theory/equation_checks.csv",
            "simulation_checks": "theory/simulation_checks.csv",
            "three_neurons": "theory/figure08_strengths.csv",
            "couplings": "theory/three_neurons.csv",
            "parameter_settings": "evidence/parameter_settings.csv",
            "sharing": "evidence/transformer_sharing.csv",
            "causes": "studies/measured.csv",
            "scaling_exponents": "networks/exponents.csv",
            "scaling_delays": "networks/delays.csv",
            "scaling_own_samples": "networks/own_samples.csv",
            "scaling_learned": "networks/learned.csv",
        },
        outputs={"-": "discrepancies.csv"},
    ),
    "summary": Product(
        "summary:summary",
        inputs={
            "claims": "claims.csv",
            "fits": tuple(f"fits/{name}.json" for name in CALIBRATION.values()),
            "time_emergence": "fits/time_emergence.csv",
            "data_emergence": "fits/data_emergence.csv",
            "data_transfer": "fits/data_transfer_means.csv",
            "data_shape": "fits/data_shape.csv",
            "phase_exponents": "fits/time_phase_exponents.csv",
            "exponents": "fits/emergence_exponents.csv",
            "saturation": "fits/time_saturation.csv",
            "saturation_excess": "fits/time_saturation_excess.csv",
            "strength_sums": "fits/parameters_sum.csv",
            "loss_shares": "fits/time_loss_shares.csv",
            "decoupling": "fits/decoupling.csv",
        },
        outputs={"-": "summary.csv"},
    ),
    "constants": Product(
        "constants:constants",
        inputs={
            "settings": tuple(f"settings/{name}.json" for name in CALIBRATION.values()),
            "fits": tuple(f"fits/{name}.json" for name in CALIBRATION.values()),
        },
        outputs={"-": "report/constants.json"},
    ),
    # Studies of causes: `make studies`. What each hypothesis predicts: studies/predictions.yaml.
    **{f"study_{name}": _study(name, base) for name, base in CAUSES.items()},
    "studies": Product(
        "studies.verdicts:verdicts",
        inputs={name: f"studies/{name}.csv" for name in CAUSES},
        outputs={"verdicts": "studies/verdicts.csv", "measured": "studies/measured.csv"},
        arguments=FITTING,
        evidence=True,
    ),
    # Scaling laws of many skills: docs/scaling.md says in which order.
    "scaling_calibrations": Product(  # preset scaling
        "scaling.runs:calibrations",
        inputs={
            "settings": "settings/single_*.json",
            "runs": "aggregated/single_*_runs.csv",
            "narrow_settings": "settings/narrow_*.json",
            "narrow_runs": "aggregated/narrow_*_runs.csv",
        },
        outputs={
            "curves": "evidence/scaling_calibrations.csv",
            "critical": "evidence/scaling_critical.json",
        },
        arguments=FITTING,
        evidence=True,
    ),
    "scaling_predictions": Product(  # preset scaling
        "scaling.predictions:predictions",
        inputs={
            "settings": "settings/law_*.json",
            "calibrations": "evidence/scaling_calibrations.csv",
            "critical": "evidence/scaling_critical.json",
            "measured": "studies/measured.csv",
        },
        outputs={"-": "evidence/scaling_predictions.csv"},
        arguments={"experiments": "experiments"},
        evidence=True,
    ),
    **{f"scaling_{group}": _many_skills(group) for group in SCALING},  # preset scaling
    "michaud": Product(  # preset michaud
        "scaling.michaud:michaud",
        inputs={
            "settings": "settings/michaud_*.json",
            "runs": "aggregated/michaud_*_runs.csv",
        },
        outputs={"-": "evidence/michaud.csv"},
        arguments=FITTING,
        constants={"published": stated.MICHAUD_EXPONENTS, "window": stated.MICHAUD_WINDOW},
        evidence=True,
    ),
    "scaling": Product(
        "scaling.exponents:scaling",
        inputs={
            "loss": tuple(f"evidence/scaling_{group}.csv" for group in SCALING),
            "skills": tuple(f"evidence/scaling_{group}_skills.csv" for group in SCALING),
            "predictions": "evidence/scaling_predictions.csv",
            "calibrations": "evidence/scaling_calibrations.csv",
            "critical": "evidence/scaling_critical.json",
        },
        outputs={
            "scaling": "networks/scaling.csv",
            "exponents": "networks/exponents.csv",
            "verdicts": "networks/scaling_verdicts.csv",
            "delays": "networks/delays.csv",
            "own_samples": "networks/own_samples.csv",
            "learned": "networks/learned.csv",
            "residues": "networks/residues.csv",
        },
        arguments=FITTING,
    ),
    # Studies: each explains a choice of the presets, is made by its own target and shipped.
    "early_stop": Product(
        "studies.early_stop:early_stop",
        inputs={"settings": "settings/data*.json"},
        outputs={"-": "evidence/early_stop.csv"},
        arguments="studies.early_stop",
        evidence=True,
        trains=True,
    ),
    "data_without_stop": Product(  # preset full-without-stop
        "claims.without_stop:ends",
        inputs={"runs": "aggregated/data_runs.csv"},
        outputs={"-": "evidence/data_without_stop.csv"},
        evidence=True,
    ),
    "without_stop": Product(  # preset full
        "claims.without_stop:without_stop",
        inputs={
            "settings": "settings/data.json",
            "protocol": "protocol/data.json",
            "runs": "aggregated/data_runs.csv",
            "without": "evidence/data_without_stop.csv",
            "calibration": "fits/data_calibration.json",
            "calibration_runs": "aggregated/data_calibration_runs.csv",
        },
        outputs={
            "strengths": "evidence/without_stop.csv",
            "claims": "evidence/without_stop_claims.csv",
        },
        arguments={**FITTING, "levels": LEVELS},
        constants={**DIVISOR, "reference": stated.CONSTANTS["data"]},
        evidence=True,
    ),
    "ordinary_speed": Product(  # preset full, on a quiet machine
        "studies.ordinary_speed:ordinary_speed",
        inputs={"settings": tuple(f"settings/{name}.json" for name in TWO_LAYER)},
        outputs={"-": "evidence/ordinary_speed.csv"},
        arguments={"experiments": "experiments"},
        constants={"repeats": 15},
        evidence=True,
    ),
    "plateaus": Product(
        "studies.plateaus:plateaus",
        inputs={"settings": "settings/parameters.json"},
        outputs={"-": "evidence/plateaus.csv"},
        arguments="studies.plateaus",
        evidence=True,
        trains=True,
    ),
    "parameter_settings": Product(  # preset parameter-study
        "studies.parameter_settings:parameter_settings",
        inputs={"settings": "settings/study_*.json", "runs": "aggregated/study_*_runs.csv"},
        outputs={
            "means": "evidence/parameter_settings.csv",
            "patterns": "evidence/parameter_settings_table5.csv",
        },
        arguments=FITTING,
        constants={"every": 100_000},
        evidence=True,
    ),
    "transformer_pilots": Product(  # preset transformer-study
        "studies.transformer_pilots:transformer_pilots",
        inputs={"settings": "settings/pilot_*.json", "runs": "aggregated/pilot_*_runs.csv"},
        outputs={
            "times": "evidence/transformer_pilot_times.csv",
            "exponents": "evidence/transformer_pilots.csv",
        },
        arguments=TIMES,
        evidence=True,
    ),
    "transformer_sharing": Product(  # preset transformer-study
        "studies.transformer_sharing:transformer_sharing",
        inputs={"settings": "settings/sharing_*.json"},
        outputs={"-": "evidence/transformer_sharing.csv"},
        arguments={"experiments": "experiments", "levels": LEVELS},
        evidence=True,
        trains=True,
    ),
}


def _panels(names: tuple[str, ...]) -> dict[str, str]:
    """Runs and predictions of an experiment for each resource: the panels of Figs. 1 and 11."""
    panels = dict(zip(CALIBRATION, names, strict=True))
    return {
        **{key: f"aggregated/{name}_runs.csv" for key, name in panels.items()},
        **{f"{key}_prediction": f"fits/{name}_prediction.csv" for key, name in panels.items()},
    }


# For captions: where the networks drawn may differ from the paper's.
PAPERS_CONSTANTS = (
    f"B² = 1/{stated.INVERSE_COUPLING}, D_c = {stated.CONSTANTS['data']:g} and "
    f"N_c = {stated.CONSTANTS['parameters']:g}"
)
SIZES = (
    "n_b = {{ config.task.skill_bits }}, m = {{ config.task.sparse_bits }}, "
    "S = {{ config.task.target_scale }}"
)


def _runs(time: str, data: str, parameters: str) -> str:
    """Runs, widths and steps behind the panels of Figs. 1 and 11, for captions."""

    def of(name: str, *, swept: str = "", most: str = "") -> str:
        block = f"config.experiments.{name}"
        width = "" if swept == "N" else f" and N = {{{{ {block}.widths|join }}}}"
        each = f" per {swept}" if swept else ""
        return (
            f"{{{{ {block}.runs }}}} runs{each} of {most}"
            f'{{{{ "{{:,}}".format({block}.steps) }}}} steps{width}'
        )

    panels = (of(time), of(data, swept="D", most="at most "), of(parameters, swept="N"))
    listed = ", ".join(f"{text} in ({letter})" for letter, text in zip("abc", panels, strict=True))
    return f"Sizes: {SIZES}; {listed}."


PAPERS_TRANSFORMER = (
    "width {width}, n_s = {n_skills}, n_b = {skill_bits}, m = {sparse_bits} and "
    "S = {target_scale:g}"
).format(**stated.TRANSFORMER_SIZES)

FIGURES = {
    "fig01_predicting_emergence": Exhibit(
        title="Predicting emergence",
        caption="""
Strength R_k/S of each skill in two-layer networks (dashed: mean over runs; bands: the middle half
of runs; dots in (c): single runs) as (a) training time, (b) training
samples and (c) hidden units grow, at α = {{ config.task.data_exponent }}. Solid lines are
predictions of the extended multilinear models: their one constant per resource is fitted to
networks with a single skill (Fig. 11) and nothing is fitted here. Dotted are the same models with
the paper's constants, """
        + PAPERS_CONSTANTS
        + ". "
        + _runs(*CALIBRATION),
        tables=_panels(tuple(CALIBRATION)),
    ),
    "fig02_scaling_laws": Exhibit(
        title="Scaling laws of the multilinear model",
        caption="""
Loss against (a) time, (b) data and (c) parameters where only that resource is the bottleneck, for
α = {{ config.theory.figure02.data_exponents|join(", ") }} and
n_s = {{ "{:,}".format(config.theory.figure02.n_skills) }}. Solid: the model's loss. Dotted: the
power laws with the prefactors of Thms. 4, 5 and 1 by quadrature; no line is fitted.""",
        tables={"curves": "theory/figure02.csv"},
    ),
    "fig03_optimal_compute": Exhibit(
        title="Optimal compute",
        caption="""
Loss against compute C = T N, one curve per model size N from
{{ "{:,}".format(config.theory.figure03.n_parameters|min) }} to
{{ "{:,}".format(config.theory.figure03.n_parameters|max) }} (dark to light), one panel per α. The
optimal law takes the minimum over N at each C (Cor. 5) and is computed, not fitted: dotted for
infinitely many skills, dashed for the n_s = {{ "{:,}".format(config.theory.figure03.n_skills) }}
drawn. Dash-dotted is the law with the prefactor in the authors' code (discrepancy 13).""",
        tables={"curves": "theory/figure03.csv"},
    ),
    "fig04_transformer": Exhibit(
        title="Emergence in transformers",
        caption="""
(a) Strength of each skill in transformers of width
{{ config.experiments.transformer.widths|join(", ") }} with
n_s = {{ config.experiments.transformer.task.n_skills }},
n_b = {{ config.experiments.transformer.task.skill_bits }},
m = {{ config.experiments.transformer.task.sparse_bits }} and
S = {{ config.experiments.transformer.task.target_scale }}, trained for
{{ "{:,}".format(config.experiments.transformer.steps) }} steps at
α = {{ config.experiments.transformer.task.data_exponent }} against training time in optimiser steps
(mean over {{ config.experiments.transformer.runs }} runs; bands: the middle half of them). The
paper's transformer has """
        + PAPERS_TRANSFORMER
        + """: where these differ, the network is another one. (b) The first time with R_k/S at
least {{ config.emergence.threshold }} against k (geometric mean over runs, bars one standard
deviation of ln τ), with the line of the law τ ∝ k^(α+1) and, in grey, the control at
α = {{ config.experiments.transformer_control.task.data_exponent }}
({{ config.experiments.transformer_control.runs }} runs of
{{ "{:,}".format(config.experiments.transformer_control.steps) }} steps); a cross marks a skill
that not every run reaches. (c, d) The same for two-layer networks of width
{{ config.experiments.time.widths|join }} at α = {{ config.task.data_exponent }} with
n_s = {{ config.task.n_skills }}, """
        + SIZES
        + """
({{ config.experiments.time.runs }} runs of {{ "{:,}".format(config.experiments.time.steps) }}
steps). Intervals of the fitted exponents are Student's, of
coverage {{ "{:.0%}".format(config.fitting.confidence) }}.""",
        tables={
            "transformer": "aggregated/transformer_runs.csv",
            "two_layer": "aggregated/time_runs.csv",
            "times": "fits/emergence_times.csv",
            "exponents": "fits/emergence_exponents.csv",
        },
    ),
    "fig05_linear_network": Exhibit(
        title="Modes of a two-layer linear network",
        caption="""
(a) The network and (b) its independent modes, drawn by code. (c) Relative strength of modes with
λ = {{ config.theory.figure05.mode_strengths|join(", ") }}: lines are the closed form (Eq. 25),
circles a two-layer linear network trained by gradient descent, which the paper does not show.""",
        tables={"strengths": "theory/figure05.csv"},
    ),
    "fig06_stage_like_training": Exhibit(
        title="Stage-like training",
        caption="""
(a) R_1/S and R_2/S of the multilinear model at α = {{ config.theory.figure06.data_exponent }} with
the emergence and saturation times of Eq. 40 at ε = {{ config.theory.figure06.threshold }}; circles
are gradient descent. (b) The loss, and the part of it that each skill takes away.""",
        tables={
            "strengths": "theory/figure06_strengths.csv",
            "loss": "theory/figure06_loss.csv",
            "stages": "theory/figure06_stages.csv",
        },
    ),
    "fig07_small_exponents": Exhibit(
        title="Small exponents",
        caption="""
Loss of the multilinear model, Eq. 12 evaluated (nothing is trained), against time for
α = {{ config.theory.figure07.data_exponents|join(", ") }} and
n_s = {{ "{:,}".format(config.theory.figure07.n_skills) }}, with the power law and the law corrected
for finitely many skills (Eq. 56): the smaller α, the sooner the plain law fails.""",
        tables={"curves": "theory/figure07.csv"},
    ),
    "fig08_three_neurons": Exhibit(
        title="Parity in a small ReLU network",
        caption="""
(a) What each neuron of a three-neuron network with shared weights adds to the output on three-bit
parity. (b) Strengths of its modes and their sum under gradient flow, beside the multilinear
curve (Eq. 14) with B² = {{ "%.3g"|format(config.theory.figure08.squared_coupling) }}; the legend
gives the root mean square of their difference. The paper does not name S, r and η:
S = {{ config.theory.figure08.target_scale }}, r = {{ config.theory.figure08.initial_strength }} and
η = {{ config.theory.figure08.learning_rate }} are this project's choice, and the misfit depends on
S and r (discrepancy 23).""",
        tables={
            "outputs": "theory/figure08_outputs.csv",
            "strengths": "theory/figure08_strengths.csv",
        },
    ),
    "fig09_multilinear_model": Exhibit(
        title="The multilinear model",
        caption="""
(a) The model, drawn by code. (b) R_k/S of skills seen at frequencies
{{ config.theory.figure09.frequencies|join(", ") }}: lines are the closed form (Eq. 11), circles
gradient descent on the model.""",
        tables={"strengths": "theory/figure09.csv"},
    ),
    "fig10_linear_and_multilinear": Exhibit(
        title="Linear and multilinear dynamics",
        caption="""
R_k/S of both models at the same frequencies, {{ config.theory.figure10.frequencies|join(", ") }}:
the linear model rises as an exponential (Eq. 125), the multilinear one as a sigmoid (Eq. 11).
Circles are gradient descent.""",
        tables={"strengths": "theory/figure10.csv"},
    ),
    "fig11_calibration": Exhibit(
        title="Calibration on one skill",
        caption="""
Networks with a single skill (dashed: mean over runs; bands: the middle half of runs; dots in (c):
single runs) and the extended models with the constants fitted to them by least squares (solid) and
with the paper's (dotted): B² in (a) time, D_c in (b) data, N_c in (c) parameters. Axes are linear,
as in the paper. """
        + _runs(*CALIBRATION.values()),
        tables=_panels(tuple(CALIBRATION.values())),
    ),
    "fig12_rises": Exhibit(
        title="Rises in the transformer, enlarged",
        caption="""
One panel per skill of the transformers of Fig. 4 on a linear time axis: measured points of each
run and the sigmoid fitted to its rise. They have
width {{ config.experiments.transformer.widths|join(", ") }},
n_b = {{ config.experiments.transformer.task.skill_bits }},
m = {{ config.experiments.transformer.task.sparse_bits }},
S = {{ config.experiments.transformer.task.target_scale }} and
α = {{ config.experiments.transformer.task.data_exponent }}. Only runs that pass
R_k/S = {{ config.emergence.levels|max }} are drawn, of
{{ config.experiments.transformer.runs }}; each panel says how many they are.""",
        tables={
            "curves": "fits/transformer_rise_curves.csv",
            "times": "fits/emergence_times.csv",
        },
    ),
}


_CAPTION_END = """ What each hypothesis predicts was written before the runs
(studies/predictions.yaml); the page of the studies has the verdicts."""

FIGURES |= {
    "study_onset": Exhibit(
        title="Why: the onset in data",
        caption="""
Strength at the end of training of networks with a single skill (mean over
{{ config.studies.onset.runs }} runs, width {{ config.studies.onset.width }}) against (a) the number
of training samples D and (b) D over the number of subsets of m - 1 of the n_b skill bits. Thin: a
lower learning rate, with as many times more steps. (c) D at which the mean passes R/S = ½, with
lines as the number of these subsets through the first point. Dashed: D* = 48 (2 + n_b/2), where a
unit of the best direction grows as fast from the parity as from memorising random labels; it was
predicted before the runs, and fails."""
        + _CAPTION_END,
        tables={"onset": "studies/onset.csv", "measured": "studies/measured.csv"},
    ),
    "study_exponent": Exhibit(
        title="Why: the emergence exponent",
        caption="""
(a) P-steps P_s(k) · steps to R_k/S = ½, which the law says are equal for all k: five skills
together, and each alone at the learning rate and batch that it has among them (mean over
{{ config.studies.exponent.runs }} runs). (b) The same over those of skill 1 at n_b = 32: also at a
quarter of the learning rate, and for networks in five groups of units, in which a group's weights
from bits of the skills of others, or from as many bits of no skill, are held at the start
({{ config.studies.exponent.guarded_runs }} runs). (c) Skill 5 alone from step
{{ config.studies.exponent.transplant_step }} of five skills on, by idle units (idle), by these with
the weights of foreign bits as at the start (reset), by all units (whole); and from the start by as
many fresh units as are idle (fewer) or by all (fresh). Intervals are Student's."""
        + _CAPTION_END,
        tables={"exponent": "studies/exponent.csv"},
        arguments=FITTING,
    ),
    "study_saturation": Exhibit(
        title="Why: late saturation",
        caption="""
(a) Steps from R_k/S = 0.1 to 0.9 over those of the model whose B² is refitted to the single skill
at each learning rate; open: the limit of a line. Five skills: mean of k = 2 and 3. (b) The largest
eigenvalue of the Gauss-Newton matrix times lr/2, which above 1 is unstable, at the ends of four
quarters of training with five skills (solid) and one (dotted)."""
        + _CAPTION_END,
        tables={"saturation": "studies/saturation.csv", "measured": "studies/measured.csv"},
        arguments=FITTING,
    ),
    "study_units": Exhibit(
        title="Why: the spread at few hidden units",
        caption="""
(a) R_k/S of {{ config.studies.units.runs }} runs at N = {{ config.studies.units.width }};
lines are the best that 0, 1, 2 and 3 units can do, times the largest strength. (b) Sum over skills
against N, by weight decay, with N/3 and the N/N_c of the paper. Intervals are Student's."""
        + _CAPTION_END,
        tables={"units": "studies/units.csv"},
        arguments={**FITTING, "width": "studies.units.width"},
    ),
    "study_transformers": Exhibit(
        title="Why: transformers below the law",
        caption="""
P-steps P_s(k) · steps to R_k/S = 0.05 of skills in transformers,
{{ config.studies.transformers.runs }} runs each, bars at medians; runs that do not get there are
not drawn. Together, also with learning rate and batch divided by
{{ config.studies.transformers.slowdown }} (steps too); and by itself at the learning rate P_s(k)
times that of all, with P_s(k) times the batch or the whole of it. The law says that all are
equal."""
        + _CAPTION_END,
        tables={"transformers": "studies/transformers.csv"},
    ),
    "scaling_laws": Exhibit(
        title="Scaling laws of trained networks",
        caption="""
Loss of networks with many skills over S²/2, with that of the skills beyond n_s (L_C), and what the
curve of a single skill says of it. (a) Time, in the setting with most skills that has every α: thin
lines are runs, thick ones the prediction for skills that do not touch one another, dashed ones the
loss of the strengths R_k alone, dotted verticals the committed windows. (b) Samples. (c) Hidden
units, at the last step. (d) Compute: mean over runs at each width, their lower envelope, and the
predicted one. (e) P-steps P_s(k) · steps to R_k/S = ½ over those of a single skill, with Student's
intervals, and delays that grow as k - 1 or as ln k from the one that five skills have. (f) At each
D, samples of a skill over those of a single one of the same strength, mean over the skills that
rise there, with intervals. (g) Each exponent (law, α, n_s, n_b; N over time) less that of
independent skills: measured, with interval, and of each delay.
docs/scaling.md draws the conclusions.""",
        tables={
            "scaling": "networks/scaling.csv",
            "delays": "networks/delays.csv",
            "own_samples": "networks/own_samples.csv",
            "exponents": "networks/exponents.csv",
            "verdicts": "networks/scaling_verdicts.csv",
        },
    ),
}


def _samples(table: str) -> dict[str, str]:
    """Arguments of a table of samples."""
    sizes = ("n_skills", "skill_bits", "sparse_bits", "n_samples")
    return {
        **{size: f"tables.{table}.{size}" for size in sizes},
        "data_exponent": "task.data_exponent",
    }


TABLES = {
    "table01": Exhibit(
        title="Samples of the data set",
        caption="""
{{ config.tables.table01.n_samples }} samples with n_s = {{ config.tables.table01.n_skills }}
skills, drawn by the sampler that feeds the networks. Of the skill bits x, those of the sample's
skill are bold and underlined; M(i, x) are their values, y is the target and g_k the skill
functions.""",
        arguments={**_samples("table01"), "target_scale": "task.target_scale"},
    ),
    "table02": Exhibit(
        title="Scaling laws",
        caption="""
For each bottleneck the conditions of its law, the exponent and prefactor predicted, and both
evaluated from the model's own loss, Eq. 12 summed over infinitely many skills: no network is
trained and nothing is simulated. Prefactors are in units of S²/2; relative errors are evaluated
over predicted, minus one.""",
        tables={"measured": "theory/scaling_measurement.csv"},
    ),
    "table03": Exhibit(
        title="Samples in the convention of Michaud et al",
        caption="""
n_s = {{ config.tables.table03.n_skills }} skills on {{ config.tables.table03.skill_bits }} skill
bits, where two skills may share bits and the label is the parity itself. Marks as in Table 1.""",
        arguments=_samples("table03"),
    ),
    "table04": Exhibit(
        title="Exponents",
        caption="""
The power of the bottleneck X with which the loss falls, and the powers with which the other
resources must grow so that X stays the bottleneck.""",
        tables={"exponents": "theory/exponents.csv"},
    ),
    "table05": Exhibit(
        title="Skill strengths of single runs",
        caption="""
R_k/S of networks with {{ config.tables.table05.width }} hidden units at the end of training, the
first {{ config.tables.table05.n_runs }} runs. A skill counts as learned from
{{ config.tables.table05.learned_level }} on; noted are runs that learned a skill at the cost of a
more frequent one, or missed one that most runs learned.""",
        tables={"runs": "aggregated/parameters_runs.csv"},
        arguments="tables.table05",
    ),
    "table06": Exhibit(
        title="Regimes",
        caption="""
Every condition of every scaling law, evaluated once well inside it and once where it is violated:
the local exponent of the model's loss, and its prefactor over the law's. Inside, exponent and
prefactor are the law's; outside, at least one is not.""",
        tables={"regimes": "theory/regimes.csv"},
    ),
}

PAGES = {
    "summary": Page(
        title="What was found",
        caption="""
What of the paper holds in networks, what does not, by how much, and why as far as known. Intervals
are in brackets; a verdict sums up the claims that its line is about.""",
        tables=("summary.csv",),
    ),
    "claims": Page(
        title="Claims of the paper",
        caption="""
Each claim of the paper that a number decides, with its class: only a claim on a trained network
could have come out otherwise in training. A claim passes if its whole interval lies within the
tolerance of the expected value (or at least, or at most, as the comparison says), fails if no part
of it does, and is not tested otherwise. Failures come first, then what is not tested. A failure
names the discrepancy that explains it; evidence is the file of the measurement, below the preset's
results folder.""",
        tables=("claims.csv",),
    ),
    "beside_default": Page(
        title="Claims beside the default preset",
        caption="""
What the shipped runs of the preset default, which take minutes, found for each claim on trained
networks, and what this preset found. Where the status differs, the short runs could not decide, or
decided otherwise.""",
        tables=("claims_beside_default.csv",),
    ),
    "discrepancies": Page(
        title="Discrepancies between paper, authors' code and arithmetic",
        caption="""
Where the paper, the authors' code and arithmetic disagree: what each says, the numbers computed
here, the file that holds them, and what it means for a reader.""",
        tables=("discrepancies.csv",),
    ),
    "predictions": Page(
        title="Predicted and measured emergence",
        caption="""
Where skill k reaches a level of R_k/S: predicted by the model calibrated on one skill, and measured
(in time the geometric mean over runs, else on the mean over runs). The ratio is predicted over
measured, with its interval; empty where the level is never reached.""",
        tables=tuple(f"fits/{name}_emergence.csv" for name in CALIBRATION),
    ),
    "studies": Page(
        title="Why the predictions miss: verdicts",
        caption="""
What each hypothesis about a cause predicts, written before the runs, and what the runs of its study
say, with the interval. A prediction holds if the whole interval lies in the range that was set
before, and fails if no part of it does. docs/why.md draws the conclusions.""",
        tables=("studies/verdicts.csv",),
    ),
    "scaling": Page(
        title="Scaling laws of trained networks: predicted and measured",
        caption="""
Exponent of L + L_C in the committed window, and prefactor at its centre over S²/2: predicted from
networks with a single skill before the first run with many, and measured, with intervals over runs.
The same statistic is taken of the predicted curve and of each run at the same points. A width of 0
means that widths are varied. docs/scaling.md draws the conclusions.""",
        tables=("networks/exponents.csv",),
    ),
    "scaling_verdicts": Page(
        title="Scaling laws of trained networks: verdicts",
        caption="""
The exponent of each hypothesis on how skills delay one another, and what the runs say. It holds if
the whole interval lies within the tolerance that was set before, and fails if no part does.""",
        tables=("networks/scaling_verdicts.csv",),
    ),
    "explorer": Page(
        title="The solvable model to play with",
        caption="""
R_k(T) of the first skills and L(T) in the extended multilinear model (Eqs. 11, 12 and 14), with the
power law of the loss (Thm. 4) and the same for n_s skills (Eq. 56). Six sliders move the model's
parameters; B² = 1 is the multilinear model itself. The browser computes every number; the pointer
shows them.""",
        chart="charts.explorer:draw",
        arguments={
            "data_exponent": "task.data_exponent",
            "target_scale": "task.target_scale",
            "initial_strength": "theory.figure06.initial_strength",
            "learning_rate": "experiments.time.learning_rate",
        },
    ),
    "fig01_runs": Page(
        title="Predicting emergence, run by run",
        caption="""
Fig. 1 to look into: thin lines and dots are single runs, at most the first 20, and the pointer
names run, skill and numbers. The mean is over all runs.""",
        tables=_panels(tuple(CALIBRATION)),
        chart="charts.runs:emergence",
    ),
    "fig04_runs": Page(
        title="Emergence in transformers, run by run",
        caption="""
Fig. 4 to look into: strength of each skill in single runs, at most the first 20, and when each run
learns each skill, without the control. The pointer names run, skill and numbers.""",
        tables={
            "transformer": "aggregated/transformer_runs.csv",
            "two_layer": "aggregated/time_runs.csv",
            "times": "fits/emergence_times.csv",
            "run_times": "fits/run_emergence_times.csv",
        },
        chart="charts.runs:transformer",
    ),
    "fig11_runs": Page(
        title="Calibration on one skill, run by run",
        caption="""
Fig. 11 to look into: the same as for Fig. 1, of networks with a single skill.""",
        tables=_panels(tuple(CALIBRATION.values())),
        chart="charts.runs:calibration",
    ),
}

# Shipped to be read without running anything: README.md, ARTIFACT.md and docs/tour.md show them.
SHIPPED = (
    "summary.csv",
    "claims.csv",
    "discrepancies.csv",
    "fits/authors_code.csv",
    "fits/data_calibration.json",
    "fits/data_emergence.csv",
    "fits/data_shape.csv",
    "fits/data_transfer.csv",
    "fits/data_transfer_means.csv",
    "fits/decoupling.csv",
    "fits/emergence_exponents.csv",
    "fits/interval_coverage.csv",
    "fits/parameter_calibration.json",
    "fits/parameters_sum.csv",
    "fits/table5_shares.csv",
    "fits/time_calibration.json",
    "fits/time_emergence.csv",
    "fits/time_loss_shares.csv",
    "fits/time_phase_exponents.csv",
    "fits/time_rises.csv",
    "fits/time_saturation.csv",
    "fits/time_saturation_excess.csv",
    "fits/time_transfer_means.csv",
    "fits/time_trends.csv",
    "fits/transformer_rises.csv",
    "networks/scaling.csv",
    "networks/exponents.csv",
    "networks/scaling_verdicts.csv",
    "networks/delays.csv",
    "networks/own_samples.csv",
    "networks/learned.csv",
    "networks/residues.csv",
    "figures/fig01_predicting_emergence.png",
    "figures/fig02_scaling_laws.png",
    "figures/fig09_multilinear_model.png",
    "figures/fig11_calibration.png",
    "figures/study_onset.png",
    "figures/study_exponent.png",
    "figures/study_saturation.png",
    "figures/study_units.png",
    "figures/study_transformers.png",
    "figures/scaling_laws.png",
)
