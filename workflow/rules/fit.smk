# Calibration on one skill, prediction for many.

CALIBRATION = {
    "time": "time_calibration",
    "data": "data_calibration",
    "parameters": "parameter_calibration",
}


def calibration_of(experiment):
    """The calibration experiment of the same resource."""
    return CALIBRATION[config["experiments"][experiment]["resource"]]


rule fit:
    input:
        code("fit.py", "emergence.fitting"),
        settings=ancient(f"{RESULTS}/settings/{{experiment}}.json"),
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
    output:
        f"{RESULTS}/fits/{{experiment}}.json",
    params:
        settings=lambda w: settings_of(w.experiment),
        samples=config["fitting"]["bootstrap_samples"],
        confidence=config["fitting"]["confidence"],
    log:
        f"{RESULTS}/logs/fit/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fit/{{experiment}}.tsv"
    message:
        "Fitting the constant of {wildcards.experiment}"
    resources:
        mem_mb=1000,
    shell:
        "{PYTHON} scripts/fit.py --settings {input.settings} --runs {input.runs}"
        " --bootstrap-samples {params.samples} --confidence {params.confidence}"
        " --output {output} --log {log}"


rule predict:
    input:
        code("predict.py", "emergence.fitting"),
        settings=ancient(f"{RESULTS}/settings/{{experiment}}.json"),
        calibration=lambda w: f"{RESULTS}/fits/{calibration_of(w.experiment)}.json",
        runs=f"{RESULTS}/aggregated/{{experiment}}_runs.csv",
        summary=f"{RESULTS}/aggregated/{{experiment}}.csv",
    output:
        curves=f"{RESULTS}/fits/{{experiment}}_prediction.csv",
        emergence=f"{RESULTS}/fits/{{experiment}}_emergence.csv",
    params:
        settings=lambda w: settings_of(w.experiment),
        levels=config["measurement"]["emergence_levels"],
    log:
        f"{RESULTS}/logs/predict/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict/{{experiment}}.tsv"
    message:
        "Predicting {wildcards.experiment} from its calibration"
    resources:
        mem_mb=1000,
    shell:
        "{PYTHON} scripts/predict.py --settings {input.settings} --calibration {input.calibration}"
        " --runs {input.runs} --summary {input.summary} --levels {params.levels}"
        " --curves-output {output.curves} --emergence-output {output.emergence} --log {log}"
