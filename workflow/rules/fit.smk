# Calibration on one skill, prediction for many.


rule fit:
    """The constant of one calibration experiment, with its interval."""
    input:
        code("fit.py"),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
    output:
        f"{RESULTS}/fits/{{experiment}}.json",
    log:
        f"{RESULTS}/logs/fit/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fit/{{experiment}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        settings=lambda w: settings_of(w.experiment),
        samples=config["fitting"]["bootstrap_samples"],
        confidence=config["fitting"]["confidence"],
    message:
        "Fitting the constant of {wildcards.experiment}"
    shell:
        "python scripts/fit.py --settings {input.settings} --runs {input.runs}"
        " --bootstrap-samples {params.samples} --confidence {params.confidence}"
        " --output {output} --log {log}"


rule predict:
    """Skill strengths of one experiment, predicted from its calibration."""
    input:
        code("predict.py"),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        calibration=lambda w: f"{RESULTS}/fits/{calibration_of(w.experiment)}.json",
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
        summary=f"{RESULTS}/aggregated/{{experiment}}.csv",
    output:
        curves=f"{RESULTS}/fits/{{experiment}}_prediction.csv",
        emergence=f"{RESULTS}/fits/{{experiment}}_emergence.csv",
    log:
        f"{RESULTS}/logs/predict/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict/{{experiment}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        settings=lambda w: settings_of(w.experiment),
        levels=config["measurement"]["emergence_levels"],
        samples=config["fitting"]["bootstrap_samples"],
        confidence=config["fitting"]["confidence"],
    message:
        "Predicting {wildcards.experiment} from its calibration"
    shell:
        "python scripts/predict.py --settings {input.settings} --calibration {input.calibration}"
        " --runs {input.runs} --summary {input.summary} --levels {params.levels}"
        " --bootstrap-samples {params.samples} --confidence {params.confidence}"
        " --curves-output {output.curves} --emergence-output {output.emergence} --log {log}"
