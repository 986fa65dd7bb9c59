"""Which file of this paper is which table, and what the columns of its own tables mean."""

from __future__ import annotations

from emergence import columns
from emergence.columns import table

_TABLE_BITS = {
    "control_bits": "the one-hot bits that name the skill",
    "skill_bits": "the random bits, first position first",
    "sparse_bits": "positions of the skill's bits, from 1",
}
_PHASE = "onset, up to R_k/S = 0.001, or rise, from there to the threshold of emergence"
_TABLE_2 = [
    name
    for name in columns.SCALING_MEASUREMENT.columns
    if name not in ("n_skills", "window_low", "window_high")
]
_TABLE_6 = """bottleneck condition quantity alpha predicted_exponent inside_value inside_exponent
    inside_prefactor_ratio violated_value violated_exponent violated_prefactor_ratio"""

TABLES = {
    **columns.TABLES,
    "aggregated/*_runs.csv": columns.RUNS,
    "aggregated/*.csv": columns.SUMMARY,
    "fits/*_prediction.csv": columns.PREDICTION,
    "fits/*_emergence.csv": columns.EMERGENCE,
    "fits/*_transfer.csv": columns.EMERGENCE,
    "fits/*_trends.csv": columns.TRENDS,
    "fits/run_emergence_times.csv": columns.RUN_EMERGENCE_TIMES,
    "fits/time_phases.csv": table(
        "phase of learning and skill",
        "experiment phase skill time low high scaled_time runs",
        phase=_PHASE,
        time="geometric mean over runs of the phase's length, in steps",
        scaled_time="P_s(k) time",
    ),
    "fits/time_phase_exponents.csv": table(
        "phase of learning",
        "experiment phase expected exponent low high skills runs",
        phase=_PHASE,
        expected="α + 1",
        exponent="least-squares slope of ln(length of the phase) on ln k",
        skills="number of skills that every run reaches, which are used",
    ),
    "fits/time_saturation.csv": table(
        "skill",
        f"experiment skill {columns.COMPARED} runs",
        measured="geometric mean over runs of the steps from the lowest to the highest level of"
        " R_k/S; empty unless all runs reach it",
    ),
    "fits/time_loss.csv": table(
        "measured step",
        "step mean low high predicted",
        mean="mean over runs of Σ_k P_s(k) L_k, in units of S²/2",
        predicted="Eq. 12 with the fitted B²",
    ),
    "fits/time_loss_shares.csv": table(
        "share of the first loss",
        f"share {columns.COMPARED} runs",
        share="loss over S²/2",
        measured="geometric mean over runs of the steps at which the loss falls to the share",
    ),
    "fits/decoupling.csv": table(
        "quantity that the model keeps fixed",
        "quantity expected value low high runs",
        quantity="what is measured: paper/nam2024/networks/decoupling.py says when",
        value="mean over runs",
    ),
    "fits/data_shape.csv": table(
        "curve of R/S against D",
        "model samples width residual excess low high points runs",
        model="Eq. 17, or logistic in ln D",
        samples="D_c of Eq. 17, D at R/S = ½ of the logistic",
        width="width of the logistic in ln D",
        residual="standard error of the fit to the mean R/S",
        excess="residual less that of the logistic",
        low="lower end of the excess's interval",
        high="upper end of the excess's interval",
        points="number of D",
    ),
    "fits/parameters_sum.csv": table(
        "width",
        "value mean std low high predicted",
        value="hidden units N",
        mean="mean over runs of Σ_k R_k/S",
        predicted="N/N_c, at most n_s",
    ),
    "fits/parameters_totals.csv": table(
        "value of the sum",
        f"total {columns.COMPARED} runs",
        total="Σ_k R_k/S",
        predicted="N at which the model's sum has that value",
        measured="N at which the mean over runs has",
    ),
    "fits/table5_shares.csv": table(
        "pattern of a column of Table 5",
        "pattern skill range_low range_high count runs share low high printed_count printed_runs"
        " printed_share printed_low printed_high",
        pattern="name of the pattern in claims",
        range_low="least R_k/S that is counted",
        range_high="largest R_k/S that is counted",
        count="runs in the range",
        share="count over runs",
        printed_count="runs in the range in the printed table",
        printed_runs="runs in the printed table",
        printed_share="printed count over printed runs",
        printed_low="lower end of its interval",
        printed_high="upper end of its interval",
    ),
    "fits/authors_code.csv": table(
        "quantity and level, or D",
        "quantity at ours theirs value low high their_runs runs",
        quantity="what is compared",
        at="level of R/S, or D",
        ours="mean of ours: geometric of steps, plain of R/S",
        theirs="mean of theirs, or the value of their one run",
        value="ratio of steps, or difference of R/S",
        their_runs="runs of the authors' code",
    ),
    "fits/interval_coverage.csv": columns.COVERAGE,
    "summary.csv": table(
        "line of the first page",
        "topic verdict finding why claims evidence",
        topic="what the line is about",
        verdict="holds, holds in part, does not hold, or open where no claim is decided",
        finding="what was found",
        why="what is known of the cause; empty where no claim fails",
        claims="outcomes of the claims behind the verdict",
    ),
    "theory/three_neurons.csv": table(
        "S and r/S",
        "target_scale relative_initial_strength squared_coupling residual equal_residual half_rise",
        relative_initial_strength="r/S",
        squared_coupling="B² of the least-squares fit of Eq. 14",
        residual="root mean square misfit of R/S at that B²",
        equal_residual="the same at B² = 1/3",
        half_rise="time at which R/S is ½ over that of Eq. 14 with B² = 1/3",
    ),
    "fits/emergence_times.csv": columns.EMERGENCE_TIMES,
    "fits/emergence_exponents.csv": columns.EMERGENCE_EXPONENTS,
    "fits/*_rises.csv": columns.RISES,
    "fits/*_rise_curves.csv": columns.RISE_CURVES,
    "theory/figure02.csv": table(
        "law, α, curve and amount of the resource",
        "law alpha curve resource loss",
        resource="amount of T, D or N, by law",
    ),
    "theory/figure03.csv": table(
        "α, curve, N and T, or compute of a law", "alpha curve n_parameters time compute loss"
    ),
    "theory/figure05.csv": table(
        "mode, time and source",
        "mode_strength time relative_strength source",
        mode_strength="λ, singular value of the target",
    ),
    "theory/figure06_strengths.csv": table(
        "skill, time and source", "skill time relative_strength source"
    ),
    "theory/figure06_loss.csv": table("time and source", "time loss source"),
    "theory/figure06_stages.csv": table(
        "skill",
        "skill probability emergence_time saturation_time threshold loss_before loss_after",
        probability="P_s(k)",
        emergence_time="τ_e(k) of Eq. 40",
        saturation_time="τ_s(k) of Eq. 40, from emergence on",
        threshold="ε, the R_k/S at which a skill emerges",
        loss_before="loss of the skills still to be learned before skill k",
        loss_after="loss of the skills still to be learned after skill k",
    ),
    "theory/figure07.csv": table("α, curve and time", "alpha curve time loss"),
    "theory/figure08_outputs.csv": table(
        "part of the output and input",
        "input projection part output",
        input="the bits x1 x2 x3",
        projection="u = x2 - x1 - x3",
        part="a neuron, the constant, their sum, or the target",
        output="what the part adds to f, in units of S",
    ),
    "theory/figure08_strengths.csv": table(
        "curve and time",
        "curve time relative_strength squared_coupling",
        curve="a neuron's mode, their sum, or the multilinear model",
        squared_coupling="B² of the multilinear model",
    ),
    "theory/figure09.csv": table(
        "skill, time and source",
        "frequency time relative_strength source",
        frequency="d_k/D, share of the data that shows the skill",
    ),
    "theory/figure10.csv": table(
        "model, skill, time and source",
        "frequency time relative_strength source model",
        frequency="d_k/D, share of the data that shows the skill",
        model="linear or multilinear",
    ),
    "theory/prefactors.csv": table(
        "law and α",
        "law alpha target_scale initial_strength learning_rate n_skills value unit authors_value",
        learning_rate="η, on the loss with the factor ½",
        n_skills="n_s, inf for the limit",
        value="prefactor of the law by quadrature",
        unit="unit of the prefactor",
        authors_value="prefactor in the authors' code or the paper; empty where none is given",
    ),
    "theory/simulation_checks.csv": table(
        "check of a closed form against a simulation",
        "id source statement expected measured tolerance tolerance_reason",
        id="name of the check",
        source="equation of the paper, or derived here",
        statement="what is compared",
        tolerance_reason="why the tolerance is as large",
    ),
    "theory/equation_checks.csv": table(
        "printed equation or number, and α",
        "id where quantity alpha paper code corrected computed paper_ratio code_ratio"
        " corrected_ratio evidence",
        id="number of the discrepancy, theory-n for those found here",
        where="place in the paper",
        quantity="what is compared",
        paper="value that the paper prints; empty where it says nothing",
        code="value in the authors' code; empty where it says nothing",
        corrected="value of the right formula",
        computed="value of the model's loss, without the formula",
        paper_ratio="paper over computed, or over corrected where nothing is computed",
        code_ratio="the same of code",
        corrected_ratio="the same of corrected",
    ),
    "theory/scaling_measurement.csv": columns.SCALING_MEASUREMENT,
    "theory/scaling_approach.csv": columns.SCALING_APPROACH,
    "theory/regimes.csv": columns.REGIMES,
    "theory/exponents.csv": columns.EXPONENTS,
    "theory/compute_envelope.csv": table(
        "α, way to the prefactor, number of skills and compute",
        "alpha route n_skills compute value n_parameters ratio_to_minimum",
        route="how the prefactor was found",
        compute="C = T N; empty where the value does not depend on it",
        value="prefactor of the best loss, in units of S²/2",
        n_parameters="the best N at that compute",
        ratio_to_minimum="value over Cor. 5's minimum for infinitely many skills",
    ),
    "tables/table01.csv": table(
        "sample",
        "skill control_bits skill_bits sparse_bits M y g_*",
        **_TABLE_BITS,
        M="values of the skill's bits",
        y="target f*(i, x)",
        **{"g_*": "skill function g_k(i, x)"},
    ),
    "tables/table02.csv": columns.SCALING_MEASUREMENT.only(_TABLE_2),
    "tables/table03.csv": table(
        "sample",
        "skill control_bits skill_bits sparse_bits y",
        **_TABLE_BITS,
        y="parity of the skill's bits, 0 or 1",
    ),
    "tables/table04.csv": columns.EXPONENTS,
    "tables/table05.csv": table(
        "run",
        "run k=* outlier",
        run="number of the run, from 1",
        outlier="skills learned at the cost of more frequent ones, or missed",
        **{"k=*": "R_k/S at the end of training"},
    ),
    "tables/table06.csv": columns.REGIMES.only(_TABLE_6.split()),
    "evidence/early_stop.csv": table(
        "case, run and skill",
        "experiment dataset_size batches run skill steps stopped_at strength_with"
        " strength_without difference",
        dataset_size="D, samples of the training set",
        batches="batches in a pass over it",
        stopped_at="step at which the run stopped early, -1 if it did not",
        strength_with="R_k/S at the end with early stop",
        strength_without="R_k/S at the end without",
        difference="with minus without",
    ),
    "evidence/plateaus.csv": table(
        "run and skill",
        "width run skill steps plateau_steps rise_after strength_at_end",
        plateau_steps="longest stretch in which R_k/S stands still although a rise follows",
        rise_after="the rise of R_k/S that follows, at most",
        strength_at_end="R_k/S at the end of training",
    ),
    "evidence/parameter_settings.csv": table(
        "setting, step and skill",
        "setting learning_rate factor every weight_decay initial_std step skill mean std n",
        setting="name of the setting in config/parameter_study.yaml",
        factor="factor of the learning rate after `every` steps; empty where the rate is constant",
        every="steps between two factors of the learning rate",
        n="number of runs",
    ),
    "evidence/transformer_pilot_times.csv": columns.RUN_EMERGENCE_TIMES,
    "evidence/transformer_pilots.csv": table(
        "pilot",
        "experiment width n_skills skill_bits sparse_bits data_exponent target_scale heads"
        " mlp_factor batch_size learning_rate precision steps root_seed stability_fraction"
        " expected exponent low high confidence skills runs",
        heads="heads of the attention",
        mlp_factor="hidden units of the MLP over the width",
        precision="precision of matrix products",
        root_seed="seed of all random numbers",
        stability_fraction="learning rate over that from which training is unstable",
        expected="α + 1",
        exponent="least-squares slope of ln τ_emerge(k) on ln k",
        skills="number of skills that every run reaches, which are used",
    ),
    "evidence/transformer_sharing.csv": table(
        "experiment, run and skill",
        "experiment width skill_bits target_scale batch_size run step skill strength growth",
        step="step at which skill 1 is learned",
        strength="R_k/S at that step",
        growth="|∇R_k|² at that step over its start",
    ),
}
