"""Rebuild every figure and table: validate the configuration, include the stages, name the targets."""

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/folder.smk"


configfile: "config/default.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/lock.smk"
include: "workflow/rules/registry.smk"


if config["source"] == "train":

    include: "workflow/rules/generate.smk"
    include: "workflow/rules/train.smk"
    include: "workflow/rules/aggregate.smk"


include: "workflow/rules/ship.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/emergence.smk"
include: "workflow/rules/theory.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/discrepancies.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/study.smk"
include: "workflow/rules/clean.smk"


report: "workflow/report/workflow.rst"


rule all:
    """Everything: figures, tables, claims, discrepancies, manifest, the written report."""
    default_target: True
    input:
        products(),  # named, so that one that was deleted is made again
        f"{RESULTS}/manifest.json",
        f"{RESULTS}/paper.pdf",


rule figures:
    """All figures, PDF and PNG."""
    input:
        figure_files(),


rule tables:
    """All tables, CSV and Typst."""
    input:
        table_files(),
