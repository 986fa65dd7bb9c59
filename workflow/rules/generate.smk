# Settings of each experiment, and what is drawn once per run.


rule settings:
    """The settings of one experiment, as every later stage reads them."""
    input:
        # Given --json, the script writes what it gets; the configuration is a parameter.
        code("settings.py", without=("emergence.config.load", "emergence.tasks.sparse_parity.ensembles")),
    output:
        f"{RESULTS}/settings/{{experiment}}.json",
    log:
        f"{RESULTS}/logs/settings/{{experiment}}.log",
    localrule: True
    conda:
        CONDA
    params:
        settings=lambda w: settings_of(w.experiment),
    message:
        "Settings of experiment {wildcards.experiment}"
    shell:
        "python scripts/settings.py --json {params.settings:q} --output {output} --log {log}"


rule generate:
    """What is drawn once for the runs of one training job: sparse bits, training sets."""
    input:
        code=lambda w: code("generate.py", without=other_networks(w.experiment)),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
    output:
        f"{RESULTS}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    log:
        f"{RESULTS}/logs/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=lambda w, attempt: attempt * training_cost(w)[1],
        runtime=more(10),
    params:
        settings=lambda w: settings_of(w.experiment),
        runs=lambda w: int(w.last) - int(w.first) + 1,
    message:
        "Sparse bits and training sets: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    shell:
        "python scripts/generate.py --settings {input.settings} --value {wildcards.value}"
        " --first-run {wildcards.first} --runs {params.runs} --output {output} --log {log}"
