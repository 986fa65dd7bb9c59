# Tidy tables of each experiment: every run, and means over runs.


rule aggregate:
    """Tables of one experiment: every run, and means over runs."""
    input:
        settings=f"{RESULTS}/{{paper}}/settings/{{experiment}}.json",
        shards=lambda w: run_files(w.paper, w.experiment),
    output:
        runs=f"{RESULTS}/{{paper}}/aggregated/{{experiment}}_runs.csv",
        summary=f"{RESULTS}/{{paper}}/aggregated/{{experiment}}.csv",
    log:
        f"{RESULTS}/{{paper}}/logs/aggregate/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/aggregate/{{experiment}}.tsv"
    group:
        "products"
    resources:
        mem_mb=lambda w, attempt: attempt * table_megabytes(w.paper, w.experiment),
        runtime=more(30),
    params:
        scripts=scripts,
        code=code("emergence.analysis.aggregation"),
        settings=lambda w: text_of(settings_of(w.paper, w.experiment)),
        # Thousands of names would not fit into one command: the script makes them of this.
        folder=lambda w: f"{RESULTS}/{w.paper}/runs",
        runs=lambda w: experiments(w.paper)[w.experiment]["runs"],
        packing=lambda w: text_of(packing.runs_per_job(CONFIG[w.paper], w.experiment)),
    message:
        "Aggregating experiment {wildcards.experiment}"
    shell:
        "python {params.scripts}/aggregate.py --settings {input.settings} --shards {params.folder}"
        " --runs {params.runs} --runs-per-job {params.packing:q}"
        " --runs-output {output.runs} --summary-output {output.summary} --log {log}"
