"""Columns of the tables: what each means, with its unit. docs/tables.md is made of this.

A name that several tables share is explained once, in GLOSSARY; a table explains what it means
otherwise. A paper's module `columns` says which file is which table (`TABLES`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from emergence.verify import claims, findings

GLOSSARY = {
    "experiment": "name of the experiment in the configuration",
    "architecture": "two-layer or transformer",
    "resource": "what is varied: time, data or parameters",
    "width": "hidden units of the networks",
    "run": "number of the run, from 0",
    "runs": "number of runs",
    "step": "optimiser steps taken",
    "steps": "optimiser steps of a whole run",
    "skill": "k, from 1, the most frequent first",
    "skills": "number of skills used",
    "n_skills": "n_s, number of skills",
    "strength": "R_k/S, strength of skill k over the target scale",
    "relative_strength": "strength of a mode or skill over its final value",
    "loss": "loss with the factor ½, in units of the squared target",
    "level": "level of R_k/S that is reached",
    "mean": "mean of R_k/S over runs",
    "std": "standard deviation over runs, of the sample; empty for one run",
    "confidence": "coverage of the interval",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
    "alpha": "α of P_s(k) ∝ k^-(α+1)",
    "data_exponent": "α of P_s(k) ∝ k^-(α+1)",
    "skill_bits": "n_b, random bits of an input",
    "sparse_bits": "m, bits whose parity is one skill",
    "target_scale": "S, size of the target",
    "initial_strength": "r, strength R_k before training",
    "initial_std": "σ, standard deviation of the initial parameters",
    "learning_rate": "learning rate on the mean square, without the factor ½",
    "weight_decay": "weight decay, added to the gradient",
    "batch_size": "samples of a batch",
    "bottleneck": "the resource that limits the loss: time, data, parameters or compute",
    "law": "the scaling law: time, data, parameters or compute",
    "curve": "what the point belongs to: model, power law or another law",
    "time": "training time T",
    "compute": "C = T N",
    "n_parameters": "N, number of parameters",
    "source": "closed form, or gradient descent of a simulation",
    "condition": "the condition of the law",
    "predicted_exponent": "exponent of the law",
    "predicted_prefactor": "prefactor of the law, in units of S²/2",
    "window_low": "least amount of the resource at which the loss was taken",
    "window_high": "largest amount of the resource at which the loss was taken",
    "expected": "expected value",
    "measured": "measured value",
    "tolerance": "largest difference that passes",
    "evidence": "file or formula that shows it",
    "predicted": "predicted value",
    "predicted_low": "lower end of its interval",
    "predicted_high": "upper end of its interval",
    "ratio": "predicted over measured",
    "ratio_low": "lower end of the ratio's interval",
    "ratio_high": "upper end of the ratio's interval",
}


@dataclass(frozen=True)
class Table:
    """rows: what one row is. columns: the meaning of each, in order; * stands for numbers."""

    rows: str
    columns: Mapping[str, str]

    def only(self, names: Iterable[str]) -> Table:
        """The same rows with these columns."""
        return Table(self.rows, {name: self.columns[name] for name in names})


def table(rows: str, columns: Iterable[str] | str, **own: str) -> Table:
    """A table whose columns mean what `own` says, else what GLOSSARY says."""
    names = columns.split() if isinstance(columns, str) else columns
    return Table(rows, {name: own.get(name) or GLOSSARY[name] for name in names})


# Tables of experiments whose task is sparse parity; another task has other axes and quantities.
RUNS = table(
    "swept value, run, measured step and skill",
    "experiment value run step skill strength loss training_loss",
    value="swept value: training samples D, or hidden units N",
    loss="L_k, loss of skill k, in units of the squared target",
    training_loss="mean square of the batch before the step; empty before training",
)
SUMMARY = table(
    "point of the varied resource and skill",
    "experiment resource x skill mean std n",
    x="optimiser step, training samples D or hidden units N, by resource",
    n="number of runs",
)
PREDICTION = table(
    "point of the varied resource and skill",
    "experiment resource x skill prediction low high reference",
    x="optimiser step, training samples D or hidden units N, by resource",
    prediction="R_k/S of the model with the fitted constant",
    low="least R_k/S at the ends of the constant's interval",
    high="largest R_k/S at the ends of the constant's interval",
    reference="R_k/S of the model with another constant, such as the paper's; empty without",
)
COMPARED = "predicted predicted_low predicted_high measured low high ratio ratio_low ratio_high"
EMERGENCE = table(
    "skill and level of R_k/S",
    f"experiment resource skill level {COMPARED} before after measured_std runs_reaching runs",
    measured="amount at which the level is reached: in time the geometric mean over runs, else that"
    " of the mean over runs; empty if never, -inf before the first",
    before="last measured amount before",
    after="first measured amount after",
    measured_std="standard deviation over the runs that cross the level",
    runs_reaching="number of runs that reach the level",
)
TRENDS = table(
    "level of R_k/S",
    "experiment resource level slope low high skills runs",
    slope="slope of ln(predicted/measured) on ln k",
)
EMERGENCE_TIMES = table(
    "experiment and skill",
    "architecture experiment data_exponent skill level mean std geometric_mean low high median law"
    " runs_reaching runs",
    mean="mean over runs of the steps at which the level is reached",
    geometric_mean="exp of the mean of ln τ over runs, in steps",
    low="geometric mean, one standard deviation of ln τ lower",
    high="geometric mean, one standard deviation of ln τ higher",
    median="median over all runs; never counts as infinity",
    law="c k^(α+1), c by least squares in ln τ",
    runs_reaching="number of runs that reach the level",
)
EMERGENCE_EXPONENTS = table(
    "experiment",
    "architecture experiment data_exponent level expected exponent low high confidence skills runs",
    expected="α + 1",
    exponent="least-squares slope of ln τ_emerge(k) on ln k",
    skills="number of skills that every run reaches, which are used",
)
RUN_EMERGENCE_TIMES = table(
    "experiment, run and skill",
    "experiment run skill level time",
    time="steps at which the level is reached; empty if never",
)
RISES = table(
    "rise of a skill in a run",
    "experiment run skill midpoint width sigmoid_residual exponential_residual points asymmetry",
    midpoint="steps at which the fitted sigmoid is ½",
    width="width of the fitted sigmoid, in steps",
    sigmoid_residual="root mean square misfit of the sigmoid to R_k/S",
    exponential_residual="the same of 1 - exp(-(T - delay)/τ)",
    points="number of points fitted",
    asymmetry="time from R_k/S = 0.5 to 0.95 over that from 0.05 to 0.5",
)
RISE_CURVES = table(
    "point of a curve",
    "skill run kind time strength",
    kind="measured, or sigmoid",
    time="optimiser steps",
)
COVERAGE = table(
    "kind of interval and number of runs",
    "interval runs confidence samples coverage",
    interval="Student's t of logarithms, or percentile bootstrap",
    samples="sets of runs drawn",
    coverage="share of them whose interval holds the value",
)
SCALING_MEASUREMENT = table(
    "law, α and number of skills",
    "bottleneck conditions alpha n_skills predicted_exponent measured_exponent"
    " exponent_relative_error predicted_prefactor measured_prefactor prefactor_relative_error"
    " window_low window_high",
    conditions="conditions of the law",
    measured_exponent="least-squares slope of ln L on ln X of the model's loss",
    exponent_relative_error="measured over predicted, minus one",
    measured_prefactor="geometric mean of L / X^(predicted exponent), in units of S²/2",
    prefactor_relative_error="measured over predicted, minus one",
)
SCALING_APPROACH = table(
    "law, α, condition and amount of the resource",
    "bottleneck alpha condition violated resource loss predicted_loss ratio local_exponent",
    condition="the condition that is violated, or that all hold",
    violated="whether a condition is violated",
    resource="amount of the bottleneck",
    predicted_loss="loss by the law",
    ratio="loss over predicted_loss",
    local_exponent="slope of ln L on ln X at this point",
)
REGIMES = table(
    "condition and α",
    "bottleneck condition quantity alpha inside_value violated_value predicted_exponent"
    " inside_exponent violated_exponent inside_prefactor_ratio violated_prefactor_ratio"
    " window_low window_high",
    quantity="what must be large",
    inside_value="value of the quantity where the condition holds",
    violated_value="value of the quantity where it does not",
    inside_exponent="exponent of the model's loss where the condition holds",
    violated_exponent="exponent of the model's loss where it does not",
    inside_prefactor_ratio="prefactor measured over predicted where the condition holds",
    violated_prefactor_ratio="prefactor measured over predicted where it does not",
)
EXPONENTS = table(
    "bottleneck X and α",
    "bottleneck alpha loss_exponent n_parameters_power time_power data_power",
    loss_exponent="power of X with which the loss falls",
    n_parameters_power="power of X with which N must grow; empty for the bottleneck itself",
    time_power="power of X with which T must grow; empty for the bottleneck itself",
    data_power="power of X with which D must grow; empty for the bottleneck itself",
)
CLAIMS = table(
    "claim",
    claims.COLUMNS,
    id="name of the claim",
    source="where the paper makes it",
    statement="the claim in words",
    comparison="within (the tolerance of expected), at least, or at most",
    status="pass, fail or not-tested",
    low="lower end of the interval by which the claim is judged; empty where it has none",
    high="upper end of that interval",
    **{"class": "trained network, simulation of the model, engine equivalence or theory identity"},
    evidence="file of the measurement",
    discrepancy="id of the discrepancy that explains a failure",
    note="how the claim could have failed, reason of the tolerance, runs behind it",
)
DISCREPANCIES = table(
    "discrepancy",
    findings.COLUMNS,
    id="number and name of the discrepancy",
    where="place in the paper",
    paper="what the paper says",
    code="what the authors' code does",
    computed="the numbers that decide",
    consequence="what it means for a reader",
)

COST = table(
    "training job, of results/shipped",
    "preset experiment value first last run_steps cpu_seconds processor instruction_set",
    preset="preset of the run",
    value="swept value",
    first="first run of the job",
    last="last run of the job",
    run_steps="steps of all its runs",
    cpu_seconds="processor time, as the job's log says; of the preset scaling and of D = 25000 of"
    " full as Snakemake sampled it, up to 30 s less; empty for jobs that were stopped meanwhile or"
    " trained otherwise",
    processor="name of the processor, of timed jobs",
    instruction_set="instruction set of the compiled engine; empty for others",
)

# Files of every paper that declares them.
TABLES = {
    "claims.csv": CLAIMS,
    "evidence/claims_*.csv": CLAIMS,
    "discrepancies.csv": DISCREPANCIES,
    "runs/cost.csv": COST,
}


def undeclared(folder: Path, tables: Mapping[str, Table]) -> Iterator[str]:
    """Tables below a folder that no pattern of `tables` matches, or whose header differs.

    What is taken from other papers is theirs to declare.
    """
    for path in sorted(folder.rglob("*.csv")):
        name = path.relative_to(folder).as_posix()
        if name.startswith("taken/"):
            continue
        declared = next((one for key, one in tables.items() if fnmatchcase(name, key)), None)
        if declared is None:
            yield f"{name}: no table of this name is declared"
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        found = list(dict.fromkeys(_pattern(column, declared.columns) for column in header))
        if found != list(declared.columns):
            yield f"{name}: columns {found}, declared are {list(declared.columns)}"


def _pattern(column: str, declared: Iterable[str]) -> str:
    return next((name for name in declared if fnmatchcase(column, name)), column)


def markdown(tables: Mapping[str, Table]) -> str:
    """A page on the tables: what they share, then a section each."""
    used = {name for one in tables.values() for name in one.columns}
    shared = {name: text for name, text in GLOSSARY.items() if name in used}
    parts = [
        "## Shared columns\n\n"
        "These names mean the same wherever a table does not say otherwise.\n\n"
        f"{_meanings(shared)}"
    ]
    for name, one in tables.items():
        own = {column: text for column, text in one.columns.items() if GLOSSARY.get(column) != text}
        listed = ", ".join(f"`{column}`" for column in one.columns)
        parts.append(
            f"## `{name}`\n\nOne row per {one.rows}: {listed}.\n"
            + (f"\n{_meanings(own)}" if own else "")
        )
    return "\n".join(parts)


def _meanings(columns: Mapping[str, str]) -> str:
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in columns.items())
    return f"| column | meaning |\n| --- | --- |\n{rows}"
