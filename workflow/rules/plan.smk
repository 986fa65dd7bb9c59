# What a preset costs, before it is run.


# No output: it must measure whenever it is asked.
rule plan:
    """Print jobs, runs, steps and estimated times of each paper; write them to its folder plan."""
    log:
        f"{RESULTS}/plan.log",
    localrule: True
    params:
        commands=" && ".join(
            f"python {SCRIPTS}/plan.py --config-json {shlex.quote(text_of(CONFIG[paper]))}"
            f" --cores {os.cpu_count()} --output-dir {RESULTS}/{paper}/plan --log {RESULTS}/plan.log"
            for paper in PAPERS
        ),
    message:
        "Timing a step of each experiment"
    shell:
        "{params.commands}"
