# When skills emerge in two-layer networks and transformers, and how they rise (Figs. 4 and 12).


rule emergence_times:
    """When each skill emerges, and the exponent of the emergence times."""
    input:
        code("emergence_times.py"),
        settings=[f"{RESULTS}/settings/{name}.json" for name in OVER_TIME],
        runs=[f"{RESULTS}/aggregated/{name}_runs.csv" for name in OVER_TIME],
    output:
        times=f"{RESULTS}/fits/emergence_times.csv",
        exponents=f"{RESULTS}/fits/emergence_exponents.csv",
    log:
        f"{RESULTS}/logs/emergence_times.log",
    benchmark:
        f"{RESULTS}/benchmarks/emergence_times/emergence_times.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        threshold=config["measurement"]["emergence_threshold"],
        samples=config["fitting"]["bootstrap_samples"],
        confidence=config["fitting"]["confidence"],
    message:
        "Finding when skills emerge"
    shell:
        "python scripts/emergence_times.py --settings {input.settings} --runs {input.runs}"
        " --threshold {params.threshold} --bootstrap-samples {params.samples}"
        " --confidence {params.confidence} --times-output {output.times}"
        " --exponents-output {output.exponents} --log {log}"


rule rises:
    """How the skills of one experiment rise: a sigmoid's fit beside an exponential's."""
    input:
        code("rises.py"),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
    output:
        fits=f"{RESULTS}/fits/{{experiment}}_rises.csv",
        curves=f"{RESULTS}/fits/{{experiment}}_rise_curves.csv",
    log:
        f"{RESULTS}/logs/rises/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/rises/{{experiment}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        saturation=max(config["measurement"]["emergence_levels"]),
    message:
        "Fitting the rises of {wildcards.experiment}"
    shell:
        "python scripts/rises.py --settings {input.settings} --runs {input.runs}"
        " --saturation {params.saturation} --fits-output {output.fits}"
        " --curves-output {output.curves} --log {log}"
