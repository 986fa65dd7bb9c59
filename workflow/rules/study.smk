# Which settings of the parameter experiment reproduce Table 5: config/parameter_study.yaml.

STUDY = [name for name in config["experiments"] if name.startswith("study_")]

if STUDY:

    rule settings_study:
        """Write the evidence on the conflicting parameter settings to results/shipped/evidence."""
        input:
            code("settings_study.py"),
            settings=expand(f"{RESULTS}/settings/{{name}}.json", name=STUDY),
            runs=expand(f"{RESULTS}/aggregated/{{name}}_runs.csv", name=STUDY),
        output:
            SETTINGS_STUDY,
        log:
            f"{RESULTS}/logs/settings_study.log",
        localrule: True
        conda:
            CONDA
        params:
            every=100000,
        message:
            "Comparing the settings of the parameter experiment"
        shell:
            "python scripts/settings_study.py --settings {input.settings} --runs {input.runs}"
            " --every {params.every} --output {output} --log {log}"


# How far early stop moves what is reported: the same runs with and without it.
STOPPING = sorted({case["experiment"] for case in config["studies"]["early_stop"]["cases"]})


rule early_stop_study:
    """Write the evidence on early stop to results/shipped/evidence (minutes of training)."""
    input:
        code("early_stop_study.py"),
        settings=expand(f"{RESULTS}/settings/{{name}}.json", name=STOPPING),
    output:
        "results/shipped/evidence/early_stop.csv",
    log:
        f"{RESULTS}/logs/early_stop_study.log",
    conda:
        CONDA
    threads: config["training"]["threads"]
    resources:
        mem_mb=more(2000),
        runtime=more(120),
    params:
        cases=[
            f"{case['experiment']}:{case['dataset_size']}:{case['batch_size']}"
            for case in config["studies"]["early_stop"]["cases"]
        ],
        runs=config["studies"]["early_stop"]["runs"],
    message:
        "Training with and without early stop"
    shell:
        "python scripts/early_stop_study.py --settings {input.settings} --cases {params.cases}"
        " --runs {params.runs} --threads {threads} --output {output} --log {log}"


# Why runs with fresh data and a fixed width have no early stop: skills wait long, then rise.
rule plateau_study:
    """Write how long skills stand still before they rise to results/shipped/evidence."""
    input:
        code("plateau_study.py"),
        settings=f"{RESULTS}/settings/parameters.json",
    output:
        "results/shipped/evidence/plateaus.csv",
    log:
        f"{RESULTS}/logs/plateau_study.log",
    conda:
        CONDA
    threads: config["training"]["threads"]
    params:
        options=" ".join(
            f"--{key.replace('_', '-')} {value}"
            for key, value in config["studies"]["plateaus"].items()
        ),
    message:
        "Looking for plateaus at fixed width"
    shell:
        "python scripts/plateau_study.py --settings {input.settings} {params.options}"
        " --threads {threads} --output {output} --log {log}"


# Which sizes of a transformer show the law: config/transformer_study.yaml.
PILOTS = [name for name in TRANSFORMERS if name.startswith("pilot_")]

if PILOTS:

    rule transformer_study:
        """Write the pilots behind the default transformer to results/shipped/evidence."""
        input:
            code("transformer_study.py"),
            settings=expand(f"{RESULTS}/settings/{{name}}.json", name=PILOTS),
            runs=expand(f"{RESULTS}/aggregated/{{name}}_runs.csv", name=PILOTS),
        output:
            times="results/shipped/evidence/transformer_pilot_times.csv",
            exponents="results/shipped/evidence/transformer_pilots.csv",
        log:
            f"{RESULTS}/logs/transformer_study.log",
        localrule: True
        conda:
            CONDA
        params:
            threshold=config["measurement"]["emergence_threshold"],
            samples=config["fitting"]["bootstrap_samples"],
            confidence=config["fitting"]["confidence"],
        message:
            "Comparing the pilots of the transformer"
        shell:
            "python scripts/transformer_study.py --settings {input.settings} --runs {input.runs}"
            " --threshold {params.threshold} --bootstrap-samples {params.samples}"
            " --confidence {params.confidence} --times-output {output.times}"
            " --exponents-output {output.exponents} --log {log}"


# How much the first skill speeds up the others.
SHARING = [name for name in TRANSFORMERS if name.startswith("sharing_")]

if SHARING:

    rule transformer_sharing:
        """Write how gradients of later skills grow to results/shipped/evidence."""
        input:
            code("transformer_sharing.py"),
            settings=expand(f"{RESULTS}/settings/{{name}}.json", name=SHARING),
        output:
            SHARING_STUDY,
        log:
            f"{RESULTS}/logs/transformer_sharing.log",
        conda:
            CONDA
        threads: config["training"]["threads"]
        params:
            widths=[config["experiments"][name]["widths"][0] for name in SHARING],
            runs=config["experiments"][SHARING[0]]["runs"],
            level=max(config["measurement"]["emergence_levels"]),
        message:
            "Measuring what transformers' skills share"
        shell:
            "python scripts/transformer_sharing.py --settings {input.settings}"
            " --widths {params.widths} --runs {params.runs} --level {params.level}"
            " --threads {threads} --output {output} --log {log}"
