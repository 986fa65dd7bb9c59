"""Rebuild every figure and table of each paper: read the configuration, include the stages."""

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/common.smk"
include: "workflow/rules/lock.smk"
include: "workflow/rules/scheduler.smk"


if config["source"] == "train":

    include: "workflow/rules/train.smk"
    include: "workflow/rules/aggregate.smk"


include: "workflow/rules/ship.smk"
include: "workflow/rules/products.smk"
include: "workflow/rules/exhibits.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/plan.smk"


report: "workflow/report/workflow.rst"


rule all:
    """Everything: figures, tables, claims, discrepancies, manifest, written report of each paper."""
    default_target: True
    input:
        [outputs(paper) for paper in PAPERS],
        [
            f"{RESULTS}/{paper}/{name}"
            for paper in PAPERS
            for name in ("manifest.json", "report.pdf")
        ],


rule figures:
    """All figures, PDF and PNG."""
    input:
        [figure_files(paper) for paper in PAPERS],


rule tables:
    """All tables, CSV and Typst."""
    input:
        [table_files(paper) for paper in PAPERS],


for PAPER in PAPERS:

    rule:
        """Everything of one paper."""
        name:
            PAPER
        input:
            outputs(PAPER),
            f"{RESULTS}/{PAPER}/manifest.json",
            f"{RESULTS}/{PAPER}/report.pdf",
