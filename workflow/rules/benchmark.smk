# Speed of the training engines on this machine.


rule benchmark:
    """Time lookup, also as built for lesser machines, torch and plain (on a quiet machine)."""
    output:
        expand(
            f"{RESULTS}/engine_benchmark/{{name}}",
            name=["benchmark.json", "benchmark.csv", "cost_scaling.csv", "instruction_sets.csv"],
        ),
    log:
        f"{RESULTS}/engine_benchmark.log",
    threads: 2
    resources:
        mem_mb=more(2000),
        runtime=more(120),
    params:
        scripts=scripts,
        code=code("emergence.bench.engines"),
        folder=lambda w, output: Path(output[0]).parent,
    message:
        "Timing the training engines"
    shell:
        "python {params.scripts}/benchmark.py --output-dir {params.folder} --threads 1 {threads}"
        " --log {log}"
