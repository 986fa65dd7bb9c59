# Claims, manifest, and the check of both.

CLAIM_TABLES = [
    *(theory_file(p) for p in ["scaling_measurement", "prefactors", "figure07", "simulation_checks"]),
    *(f"{RESULTS}/settings/{e}.json" for e in [*CALIBRATION, *CALIBRATION.values()]),
    *(f"{RESULTS}/aggregated/{e}_runs.csv" for e in [*CALIBRATION, *CALIBRATION.values()]),
    *(f"{RESULTS}/fits/{e}.json" for e in CALIBRATION.values()),
    *(f"{RESULTS}/fits/{e}_emergence.csv" for e in CALIBRATION),
]


rule claims:
    input:
        code("claims.py", "emergence.claims.collection"),
        CLAIM_TABLES,
    output:
        f"{RESULTS}/claims.csv",
    params:
        results=RESULTS,
        tolerance=config["theory"]["scaling_measurement"]["tolerance"],
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims/claims.tsv"
    message:
        "Judging the paper's claims"
    resources:
        mem_mb=1000,
    shell:
        "{PYTHON} scripts/claims.py --results {params.results}"
        " --window-tolerance {params.tolerance} --output {output} --log {log}"


def products():
    """What the default target makes: everything that a reader opens."""
    return [
        *figure_files(),
        *table_files(),
        *aggregated_tables(),
        *(theory_file(product, table) for product in THEORY for table in THEORY[product][1]),
        *expand(f"{RESULTS}/fits/{{name}}.json", name=CALIBRATION.values()),
        *(
            f"{RESULTS}/fits/{name}_{kind}.csv"
            for name in [*CALIBRATION, *CALIBRATION.values()]
            for kind in ("prediction", "emergence")
        ),
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/discrepancies.csv",
    ]


rule manifest:
    input:
        code("manifest.py", "emergence.manifest"),
        outputs=products(),
    output:
        f"{RESULTS}/manifest.json",
    params:
        config=json.dumps(config, sort_keys=True),
        benchmarks=f"{RESULTS}/benchmarks",
    log:
        f"{RESULTS}/logs/manifest.log",
    message:
        "Hashing all outputs"
    resources:
        mem_mb=500,
    shell:
        "{PYTHON} scripts/manifest.py --config-json {params.config:q}"
        " --benchmarks {params.benchmarks} --outputs {input.outputs} --output {output} --log {log}"


# No inputs: it must judge what is there, not first rebuild what is missing or altered.
rule verify:
    """Fail if an output is missing or altered, or a claim fails unexplained."""
    params:
        results=RESULTS,
    log:
        f"{RESULTS}/logs/verify.log",
    message:
        "Verifying outputs and claims"
    localrule: True
    shell:
        "{PYTHON} scripts/verify.py --results {params.results} --log {log}"
