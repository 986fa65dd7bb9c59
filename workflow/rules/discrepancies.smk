# Where paper, authors' code and arithmetic disagree, with the numbers that show it.


rule discrepancies:
    """Where paper, authors' code and arithmetic disagree, with the numbers."""
    input:
        code("discrepancies.py"),
        calibration_settings=f"{RESULTS}/settings/{CALIBRATION['time']}.json",
        calibration_fit=f"{RESULTS}/fits/{CALIBRATION['time']}.json",
        calibration_runs=f"{RESULTS}/aggregated/{CALIBRATION['time']}_runs.csv",
        parameter_runs=f"{RESULTS}/aggregated/parameters_runs.csv",
        data_emergence=f"{RESULTS}/fits/data_emergence.csv",
        parameter_emergence=f"{RESULTS}/fits/parameters_emergence.csv",
        exponents=f"{RESULTS}/fits/emergence_exponents.csv",
        times=f"{RESULTS}/fits/emergence_times.csv",
        transformer_means=f"{RESULTS}/aggregated/transformer.csv",
        equation_checks=theory_file("equation_checks"),
        simulation_checks=theory_file("simulation_checks"),
        three_neurons=theory_file("figure08", "strengths"),
        samples=f"{RESULTS}/tables/table03.csv",
        # Measured once and shipped; a checkout without it says so in row 6.
        study=[SETTINGS_STUDY] if Path(SETTINGS_STUDY).exists() else [],
    output:
        f"{RESULTS}/discrepancies.csv",
    log:
        f"{RESULTS}/logs/discrepancies.log",
    benchmark:
        f"{RESULTS}/benchmarks/discrepancies/discrepancies.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        settings=settings_of(CALIBRATION["time"]),
        study=lambda w, input: f"--parameter-settings {input.study}" if input.study else "",
    message:
        "Computing the discrepancies"
    shell:
        "python scripts/discrepancies.py --calibration-settings {input.calibration_settings}"
        " --calibration-fit {input.calibration_fit} --calibration-runs {input.calibration_runs}"
        " --data-emergence {input.data_emergence} --parameter-emergence {input.parameter_emergence}"
        " --parameter-runs {input.parameter_runs} --equation-checks {input.equation_checks}"
        " --exponents {input.exponents} --times {input.times}"
        " --transformer-means {input.transformer_means}"
        " --simulation-checks {input.simulation_checks} --three-neurons {input.three_neurons}"
        " --samples {input.samples} {params.study} --output {output} --log {log}"
