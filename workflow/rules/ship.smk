# Shipped tables: the aggregated results in the repository, from which everything can be redrawn.

SHIPPED = "results/shipped"


def shipped_files(root):
    """Settings and tables of every experiment, under a results folder."""
    return [
        f"{root}/{path}"
        for name in config["experiments"]
        for path in (
            f"settings/{name}.json",
            f"aggregated/{name}_runs.csv",
            f"aggregated/{name}.csv",
        )
    ]


# No output: a file under results/shipped must not vanish because a job that writes it failed.
rule ship:
    """Copy this preset's settings, aggregated tables and manifest to results/shipped."""
    input:
        shipped_files(RESULTS),
        manifest=f"{RESULTS}/manifest.json",
    params:
        source=RESULTS,
        target=SHIPPED,
    log:
        f"{RESULTS}/logs/ship.log",
    message:
        "Copying tables to results/shipped"
    localrule: True
    shell:
        "mkdir -p {params.target} &&"
        " cp -r {params.source}/settings {params.source}/aggregated {input.manifest} {params.target}/"
        " > {log} 2>&1"


if config["source"] == "shipped":

    rule take_shipped:
        input:
            settings=f"{SHIPPED}/settings/{{experiment}}.json",
            runs=f"{SHIPPED}/aggregated/{{experiment}}_runs.csv",
            summary=f"{SHIPPED}/aggregated/{{experiment}}.csv",
        output:
            settings=f"{RESULTS}/settings/{{experiment}}.json",
            runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
            summary=f"{RESULTS}/aggregated/{{experiment}}.csv",
        log:
            f"{RESULTS}/logs/take_shipped/{{experiment}}.log",
        message:
            "Taking the shipped tables of {wildcards.experiment}"
        localrule: True
        shell:
            "(cp {input.settings} {output.settings} && cp {input.runs} {output.runs} &&"
            " cp {input.summary} {output.summary}) > {log} 2>&1"
