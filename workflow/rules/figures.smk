# Figures: one entry names the module that draws a figure and the tables it draws.


def emergence_tables(time, data, parameters):
    """Tables of means and predictions of three experiments, for Figs. 1 and 11."""
    names = {"time": time, "data": data, "parameters": parameters}
    means = {key: f"aggregated/{name}" for key, name in names.items()}
    return means | {f"{key}_prediction": f"fits/{name}_prediction" for key, name in names.items()}


FIGURES = {
    "fig02_scaling_laws": ("figure02", {"curves": "theory/figure02"}),
    "fig03_optimal_compute": ("figure03", {"curves": "theory/figure03"}),
    "fig05_linear_network": ("figure05", {"strengths": "theory/figure05"}),
    "fig06_stage_like_training": (
        "figure06",
        {name: f"theory/figure06_{name}" for name in ("strengths", "loss", "stages")},
    ),
    "fig07_small_exponents": ("figure07", {"curves": "theory/figure07"}),
    "fig08_three_neurons": (
        "figure08",
        {name: f"theory/figure08_{name}" for name in ("outputs", "strengths")},
    ),
    "fig09_multilinear_model": ("figure09", {"strengths": "theory/figure09"}),
    "fig10_linear_and_multilinear": ("figure10", {"strengths": "theory/figure10"}),
    "fig01_predicting_emergence": (
        "emergence_panels",
        emergence_tables("time", "data", "parameters"),
    ),
    "fig11_calibration": ("emergence_panels", emergence_tables(**CALIBRATION)),
}


def figure_tables(figure):
    """Tables of a figure by the name that its module gives them."""
    return {name: f"{RESULTS}/{path}.csv" for name, path in FIGURES[figure][1].items()}


def figure_files():
    """All figures, PDF and PNG."""
    return expand(f"{RESULTS}/figures/{{figure}}.{{kind}}", figure=FIGURES, kind=["pdf", "png"])


rule figure:
    input:
        unpack(lambda w: figure_tables(w.figure)),
        code=lambda w: code("figure.py", f"emergence.plotting.{FIGURES[w.figure][0]}"),
    output:
        pdf=f"{RESULTS}/figures/{{figure}}.pdf",
        png=f"{RESULTS}/figures/{{figure}}.png",
    params:
        module=lambda w: FIGURES[w.figure][0],
        tables=lambda w: [f"--table {name} {path}" for name, path in figure_tables(w.figure).items()],
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure/{{figure}}.tsv"
    message:
        "Drawing {wildcards.figure}"
    resources:
        mem_mb=1000,
    shell:
        "{PYTHON} scripts/figure.py --module {params.module} {params.tables}"
        " --output {output.pdf} {output.png} --log {log}"
