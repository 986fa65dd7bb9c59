# Figures: one entry names the module that draws a figure and the tables it draws.


rule figure:
    """One figure, PDF and PNG, from its tables."""
    input:
        unpack(lambda w: figure_tables(w.figure)),
        code=lambda w: code("figure.py", f"emergence.plotting.{FIGURES[w.figure][0]}"),
    output:
        pdf=f"{RESULTS}/figures/{{figure}}.pdf",
        png=f"{RESULTS}/figures/{{figure}}.png",
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure/{{figure}}.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        module=lambda w: FIGURES[w.figure][0],
        tables=lambda w: [
            f"--table {name} {path}" for name, path in figure_tables(w.figure).items()
        ],
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python scripts/figure.py --module {params.module} {params.tables}"
        " --output {output.pdf} {output.png} --log {log}"
