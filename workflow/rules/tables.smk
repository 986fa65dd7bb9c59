# Tables: CSV, and a fragment of Typst for print.


rule table:
    """One table, CSV and Typst."""
    input:
        unpack(lambda w: table_inputs(w.table)),
        code=lambda w: code("table.py", f"emergence.tables.{w.table}"),
    output:
        csv=f"{RESULTS}/tables/{{table}}.csv",
        typst=f"{RESULTS}/tables/{{table}}.typ",
    log:
        f"{RESULTS}/logs/table/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/table/{{table}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        tables=lambda w: [f"--table {name} {path}" for name, path in table_inputs(w.table).items()],
        arguments=lambda w: json.dumps(TABLES[w.table][1], sort_keys=True),
        seed=config["root_seed"],
    message:
        "Writing {wildcards.table}"
    shell:
        "python scripts/table.py --module {wildcards.table} {params.tables}"
        " --arguments {params.arguments:q} --root-seed {params.seed}"
        " --csv-output {output.csv} --typst-output {output.typst} --log {log}"
