# Tidy tables of each experiment: every run, and means over runs.


def shard_files(experiment):
    """Results of all training jobs of an experiment."""
    names = (shard.name for shard in experiments.shards(config, experiment))
    return [f"{RESULTS}/runs/{name}.npz" for name in names]


rule aggregate:
    input:
        code("aggregate.py", "emergence.aggregation"),
        settings=ancient(f"{RESULTS}/settings/{{experiment}}.json"),
        shards=lambda w: shard_files(w.experiment),
    output:
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
        summary=f"{RESULTS}/aggregated/{{experiment}}.csv",
    params:
        settings=lambda w: settings_of(w.experiment),
    log:
        f"{RESULTS}/logs/aggregate/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/aggregate/{{experiment}}.tsv"
    message:
        "Aggregating experiment {wildcards.experiment}"
    resources:
        mem_mb=1000,
    shell:
        "{PYTHON} scripts/aggregate.py --settings {input.settings} --shards {input.shards}"
        " --runs-output {output.runs} --summary-output {output.summary} --log {log}"
