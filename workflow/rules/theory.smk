# Theory: one rule per product, named after its block in config: theory.

FIGURE_DATA = "emergence.theory.figure_data"
SIMULATION_DATA = "emergence.theory.simulation.figure_data"
SCALING = "emergence.theory.scaling_measurement"

# product: (function, its tables; "-" where it returns one table)
THEORY = {
    "figure02": (f"{FIGURE_DATA}:resource_scaling_curves", ["-"]),
    "figure03": (f"{FIGURE_DATA}:compute_scaling_curves", ["-"]),
    "figure05": (f"{SIMULATION_DATA}:figure05_data", ["-"]),
    "figure06": (f"{SIMULATION_DATA}:figure06_data", ["strengths", "loss", "stages"]),
    "figure07": (f"{FIGURE_DATA}:finite_skills_curves", ["-"]),
    "figure08": (f"{SIMULATION_DATA}:figure08_data", ["outputs", "strengths"]),
    "figure09": (f"{SIMULATION_DATA}:figure09_data", ["-"]),
    "figure10": (f"{SIMULATION_DATA}:figure10_data", ["-"]),
    "prefactors": ("emergence.theory.prefactors:prefactor_table", ["-"]),
    "simulation_checks": ("emergence.theory.simulation.checks:simulation_checks", ["-"]),
    "equation_checks": ("emergence.theory.equation_checks:equation_checks", ["-"]),
    "scaling_measurement": (f"{SCALING}:scaling_measurement_table", ["-"]),
    "scaling_approach": (f"{SCALING}:scaling_approach", ["-"]),
    "regimes": (f"{SCALING}:regime_table", ["-"]),
    "exponents": ("emergence.theory.regimes:exponent_table", ["-"]),
    "compute_envelope": ("emergence.theory.compute_envelope:compute_prefactor_table", ["-"]),
}


def theory_file(product, table="-"):
    """The file of one table of a product."""
    return f"{RESULTS}/theory/{product}{'' if table == '-' else '_' + table}.csv"


for product, (function, tables) in THEORY.items():

    rule:
        name:
            f"theory_{product}"
        input:
            code("theory.py", function.split(":")[0]),
        output:
            [theory_file(product, table) for table in tables],
        params:
            function=function,
            arguments=json.dumps(config["theory"][product], sort_keys=True),
            seed=config["root_seed"],
            outputs=[f"--output {table} {theory_file(product, table)}" for table in tables],
        log:
            f"{RESULTS}/logs/theory/{product}.log",
        benchmark:
            f"{RESULTS}/benchmarks/theory/{product}.tsv"
        message:
            f"Theory: {product}"
        resources:
            mem_mb=2000,
        shell:
            "{PYTHON} scripts/theory.py --function {params.function} --root-seed {params.seed}"
            " --arguments {params.arguments:q} {params.outputs} --log {log}"
