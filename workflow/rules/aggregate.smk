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
        mem_mb=1000,
    params:
        settings=lambda w: settings_of(w.experiment),
    message:
        "Aggregating experiment {wildcards.experiment}"
    shell:
        "python scripts/aggregate.py --settings {input.settings} --shards {input.shards}"
        " --runs-output {output.runs} --summary-output {output.summary} --log {log}"
