# Settings of each experiment, and what is drawn once per run.


rule settings:
    output:
        f"{RESULTS}/settings/{{experiment}}.json",
    params:
        settings=lambda w: settings_of(w.experiment),
    log:
        f"{RESULTS}/logs/settings/{{experiment}}.log",
    message:
        "Settings of experiment {wildcards.experiment}"
    localrule: True
    shell:
        "{PYTHON} scripts/settings.py --json {params.settings:q} --output {output} --log {log}"


rule generate:
    input:
        code("generate.py", "emergence.experiments"),
        settings=ancient(f"{RESULTS}/settings/{{experiment}}.json"),
    output:
        f"{RESULTS}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    params:
        settings=lambda w: settings_of(w.experiment),
        runs=lambda w: int(w.last) - int(w.first) + 1,
    log:
        f"{RESULTS}/logs/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    message:
        "Sparse bits and training sets: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    resources:
        mem_mb=500,
    shell:
        "{PYTHON} scripts/generate.py --settings {input.settings} --value {wildcards.value}"
        " --first-run {wildcards.first} --runs {params.runs} --output {output} --log {log}"
