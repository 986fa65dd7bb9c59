# Claims, manifest, and the check of both.

CLAIM_EXPERIMENTS = [*CALIBRATION, *CALIBRATION.values(), "transformer", "transformer_control"]
CLAIM_TABLES = [
    *(
        theory_file(p)
        for p in ["scaling_measurement", "prefactors", "figure07", "simulation_checks"]
    ),
    *(f"{RESULTS}/settings/{e}.json" for e in CLAIM_EXPERIMENTS),
    *(f"{RESULTS}/aggregated/{e}_runs.csv" for e in CLAIM_EXPERIMENTS),
    *(f"{RESULTS}/fits/{e}.json" for e in CALIBRATION.values()),
    *(f"{RESULTS}/fits/{e}_emergence.csv" for e in CALIBRATION),
    *emergence_files(),
]


rule claims:
    """Judge each claim of the paper: expected, measured, tolerance, status."""
    input:
        code("claims.py"),
        CLAIM_TABLES,
        "config/default.yaml",
        "config/paper.yaml",
    output:
        f"{RESULTS}/claims.csv",
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims/claims.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        results=lambda w, output: Path(output[0]).parent,
    message:
        "Judging the paper's claims"
    shell:
        "python scripts/claims.py --results {params.results}" " --output {output} --log {log}"


rule manifest:
    """Hashes of all outputs, versions, machine, seconds per rule."""
    input:
        code("manifest.py"),
        outputs=products(),
    output:
        f"{RESULTS}/manifest.json",
    log:
        f"{RESULTS}/logs/manifest.log",
    conda:
        CONDA
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        config=json.dumps(config, sort_keys=True),
        benchmarks=f"{RESULTS}/benchmarks",
        jobs=timed_jobs(),
        sharded="generate train" if config["source"] == "train" else "",
        runs=f"--runs {RESULTS}/runs" if config["source"] == "train" else "",
    message:
        "Hashing all outputs"
    shell:
        "python scripts/manifest.py --config-json {params.config:q}"
        " --benchmarks {params.benchmarks} --jobs {params.jobs} --sharded-rules {params.sharded}"
        " {params.runs} --outputs {input.outputs} --output {output} --log {log}"


# No inputs: it must judge what is there, not first rebuild what is missing or altered.
rule verify:
    """Fail if an output is missing, altered or of other settings, or a claim fails unexplained."""
    log:
        f"{RESULTS}/logs/verify.log",
    localrule: True
    conda:
        CONDA
    params:
        results=RESULTS,
        config=json.dumps(config, sort_keys=True),
        expected=products(),
        record=PAPER_RECORD,
    message:
        "Verifying outputs and claims"
    shell:
        "python scripts/verify.py --results {params.results} --config-json {params.config:q}"
        " --expected {params.expected} --record {params.record} --log {log}"
