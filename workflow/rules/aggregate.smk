# Tidy tables of each experiment: every run, and means over runs.


rule aggregate:
    """Tables of one experiment: every run, and means over runs."""
    input:
        code("aggregate.py"),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        shards=lambda w: shard_files(w.experiment),
    output:
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
        summary=f"{RESULTS}/aggregated/{{experiment}}.csv",
    log:
        f"{RESULTS}/logs/aggregate/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/aggregate/{{experiment}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=lambda w, attempt: attempt * table_megabytes(w.experiment),
        runtime=more(30),
    params:
        settings=lambda w: settings_of(w.experiment),
        # Thousands of names would not fit into one command: the script makes them of this.
        folder=f"{RESULTS}/runs",
        runs=lambda w: config["experiments"][w.experiment]["runs"],
        packing=lambda w: [f"{v}:{n}" for v, n in runs_per_job(w.experiment).items()],
    message:
        "Aggregating experiment {wildcards.experiment}"
    shell:
        "python scripts/aggregate.py --settings {input.settings} --shards {params.folder}"
        " --runs {params.runs} --runs-per-job {params.packing}"
        " --runs-output {output.runs} --summary-output {output.summary} --log {log}"
