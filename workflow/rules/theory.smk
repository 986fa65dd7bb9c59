# Theory: one rule per product, named after its block in config: theory.

for product, (function, tables) in THEORY.items():

    rule:
        """One product of the theory; its arguments are in config/default.yaml, theory."""
        name:
            f"theory_{product}"
        input:
            code("theory.py", function.split(":")[0]),
        output:
            [theory_file(product, table) for table in tables],
        log:
            f"{RESULTS}/logs/theory/{product}.log",
        benchmark:
            f"{RESULTS}/benchmarks/theory/{product}.tsv"
        conda:
            CONDA
        resources:
            mem_mb=more(2000),
            runtime=more(30),
        params:
            function=function,
            arguments=json.dumps(config["theory"][product], sort_keys=True),
            seed=config["root_seed"],
            outputs=[f"--output {table} {theory_file(product, table)}" for table in tables],
        message:
            f"Theory: {product}"
        shell:
            "python scripts/theory.py --function {params.function} --root-seed {params.seed}"
            " --arguments {params.arguments:q} {params.outputs} --log {log}"
