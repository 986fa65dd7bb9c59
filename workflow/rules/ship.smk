# Shipped tables: the aggregated results in the repository, from which everything can be redrawn.


# No output: a file under results/shipped must not vanish because a job that writes it failed.
rule ship:
    """Copy this preset's settings, aggregated tables and manifest to results/shipped."""
    input:
        shipped_files(RESULTS),
        manifest=f"{RESULTS}/manifest.json",
    log:
        f"{RESULTS}/logs/ship.log",
    localrule: True
    conda:
        CONDA
    params:
        source=lambda w, input: Path(input.manifest).parent,
        target=SHIPPED,
    message:
        "Copying tables to results/shipped"
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
        localrule: True
        conda:
            CONDA
        message:
            "Taking the shipped tables of {wildcards.experiment}"
        shell:
            "(cp {input.settings} {output.settings} && cp {input.runs} {output.runs} &&"
            " cp {input.summary} {output.summary}) > {log} 2>&1"
