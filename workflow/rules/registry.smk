# What the stages make: figures, tables and theory products by name, and the files of each.

from functools import cache


def shard_files(experiment):
    """Results of all training jobs of an experiment."""
    names = (shard.name for shard in packing.shards(config, experiment))
    return [f"{RESULTS}/runs/{name}.npz" for name in names]


@cache
def runs_per_job(experiment):
    """Runs of a full training job by swept value."""
    return packing.runs_per_job(config, experiment)


def aggregated_tables():
    """Tables of every experiment."""
    return [
        f"{RESULTS}/aggregated/{name}{suffix}.csv"
        for name in config["experiments"]
        for suffix in ("", "_runs")
    ]


CALIBRATION = {
    "time": "time_calibration",
    "data": "data_calibration",
    "parameters": "parameter_calibration",
}


def calibration_of(experiment):
    """The calibration experiment of the same resource."""
    return CALIBRATION[config["experiments"][experiment]["resource"]]


TRANSFORMERS = [
    name
    for name, experiment in config["experiments"].items()
    if architectures.is_transformer(experiment)
]
OVER_TIME = ["time", *TRANSFORMERS]  # of which emergence times are found

FIGURE_DATA = "paper.nam2024.theory.law_figures"
SIMULATION_DATA = "paper.nam2024.theory.simulated_figures"
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
    "prefactors": ("paper.nam2024.theory.prefactors:prefactor_table", ["-"]),
    "simulation_checks": (
        "paper.nam2024.theory.checks.checks:simulation_checks",
        ["-"],
    ),
    "equation_checks": ("paper.nam2024.theory.equation_checks:equation_checks", ["-"]),
    "scaling_measurement": (f"{SCALING}:scaling_measurement_table", ["-"]),
    "scaling_approach": (f"{SCALING}:scaling_approach", ["-"]),
    "regimes": (f"{SCALING}:regime_table", ["-"]),
    "exponents": ("emergence.theory.regimes:exponent_table", ["-"]),
    "compute_envelope": (
        "emergence.theory.compute_envelope:compute_prefactor_table",
        ["-"],
    ),
}


def theory_file(product, table="-"):
    """The file of one table of a product."""
    return f"{RESULTS}/theory/{product}{'' if table == '-' else '_' + table}.csv"


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
    "fig04_transformer": (
        "figure04",
        {
            "transformer": "aggregated/transformer",
            "two_layer": "aggregated/time",
            "times": "fits/emergence_times",
            "exponents": "fits/emergence_exponents",
        },
    ),
    "fig12_rises": ("figure12", {"curves": "fits/transformer_rise_curves"}),
}


def figure_tables(figure):
    """Tables of a figure by the name that its module gives them."""
    return {name: f"{RESULTS}/{path}.csv" for name, path in FIGURES[figure][1].items()}


def figure_files():
    """All figures, PDF and PNG."""
    return expand(f"{RESULTS}/figures/{{figure}}.{{kind}}", figure=FIGURES, kind=["pdf", "png"])


# table: (the tables it is built from, its other arguments); its module has the table's name
TABLES = {
    "table01": (
        {},
        {
            **config["tables"]["table01"],
            "data_exponent": config["task"]["data_exponent"],
            "target_scale": config["task"]["target_scale"],
        },
    ),
    "table02": ({"measured": "theory/scaling_measurement"}, {}),
    "table03": (
        {},
        {
            **config["tables"]["table03"],
            "data_exponent": config["task"]["data_exponent"],
        },
    ),
    "table04": ({"exponents": "theory/exponents"}, {}),
    "table05": ({"runs": "aggregated/parameters_runs"}, config["tables"]["table05"]),
    "table06": ({"regimes": "theory/regimes"}, {}),
}


def table_inputs(table):
    """Tables that a table is built from, by the name that its module gives them."""
    return {name: f"{RESULTS}/{path}.csv" for name, path in TABLES[table][0].items()}


def table_files():
    """All tables, CSV and Typst."""
    return expand(f"{RESULTS}/tables/{{table}}.{{kind}}", table=TABLES, kind=["csv", "typ"])


TABLE_SUBJECTS = {
    "table01": "samples of the data set",
    "table02": "scaling laws",
    "table03": "samples, Michaud et al.",
    "table04": "exponents",
    "table05": "single runs",
    "table06": "regimes",
}


# page of the web report: (its title, tables with the same columns)
PAGES = {
    "claims": ("Claims of the paper", ["claims"]),
    "discrepancies": (
        "Discrepancies between paper, authors' code and arithmetic",
        ["discrepancies"],
    ),
    "predictions": (
        "Predicted and measured emergence",
        [f"fits/{name}_emergence" for name in CALIBRATION],
    ),
}


def page_tables(page):
    """Tables that a page of the web report shows."""
    return [f"{RESULTS}/{path}.csv" for path in PAGES[page][1]]


def page_files():
    """Pages of the web report: those above, and one for each table."""
    return [f"{RESULTS}/pages/{page}.html" for page in [*PAGES, *TABLES]]


def figure_label(figure):
    """How the web report lists a figure: fig01_predicting_emergence is 01, predicting emergence."""
    number, subject = figure.removeprefix("fig").split("_", maxsplit=1)
    return {"figure": number, "subject": subject.replace("_", " ")}


def exhibits():
    """Figures and tables with what made them: what the written report says below their captions."""
    return {
        **{
            name: {
                "kind": "figure",
                "rule": "figure",
                "module": f"emergence.plotting.{module}",
                "inputs": [f"{path}.csv" for path in tables.values()],
                "outputs": [f"figures/{name}.{kind}" for kind in ("pdf", "png")],
            }
            for name, (module, tables) in FIGURES.items()
        },
        **{
            name: {
                "kind": "table",
                "rule": "table",
                "module": f"emergence.tables.{name}",
                "inputs": [f"{path}.csv" for path in tables.values()],
                "outputs": [f"tables/{name}.{kind}" for kind in ("csv", "typ")],
            }
            for name, (tables, _) in TABLES.items()
        },
    }


SHIPPED = "results/shipped"
SETTINGS_STUDY = f"{SHIPPED}/evidence/parameter_settings.csv"
SHARING_STUDY = f"{SHIPPED}/evidence/transformer_sharing.csv"


# Shipped to be read without running anything: the README and ARTIFACT.md show them.
SHIPPED_TO_READ = [
    "claims.csv",
    "discrepancies.csv",
    "figures/fig01_predicting_emergence.png",
]
SHIPPED_EXPERIMENTS = [*CALIBRATION, *CALIBRATION.values(), *TRANSFORMERS]


def shipped_files(experiment):
    """Settings and tables of an experiment, relative to a results folder, by what they are."""
    return {
        "settings": f"settings/{experiment}.json",
        "runs": f"aggregated/{experiment}_runs.csv",
        "summary": f"aggregated/{experiment}.csv",
    }


def timed_jobs():
    """Jobs behind the products that have a benchmark table each, as rule/name, but for shards."""
    names = {
        "fit": CALIBRATION.values(),
        "predict": [*CALIBRATION, *CALIBRATION.values()],
        "emergence_times": ["emergence_times"],
        "rises": OVER_TIME,
        "theory": THEORY,
        "figure": FIGURES,
        "table": TABLES,
        "discrepancies": ["discrepancies"],
        "claims": ["claims"],
        "page": PAGES,
        "table_page": TABLES,
        "facts": ["facts"],
    }
    if config["source"] == "train":
        names["aggregate"] = config["experiments"]
    return [f"{rule}/{name}" for rule in names for name in names[rule]]


PAPER_RECORD = f"{RESULTS}/paper/record.json"  # digests of what is made after the manifest


def emergence_files():
    """When skills emerge, and the fits of their rises."""
    return [
        f"{RESULTS}/fits/emergence_times.csv",
        f"{RESULTS}/fits/emergence_exponents.csv",
        *(f"{RESULTS}/fits/{name}_rises.csv" for name in OVER_TIME),
    ]


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
        *emergence_files(),
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/discrepancies.csv",
        *page_files(),
        f"{RESULTS}/paper/facts.json",
    ]


@cache
def cost_of(experiment, value, runs):
    """Estimated seconds of a training job, and the memory it takes in MB."""
    settings = training_settings(experiment)
    return (
        costs.job_seconds(config, settings, value, runs),
        costs.training_memory_mb(settings, value, runs),
    )


def training_cost(w):
    """The same of the job with these wildcards."""
    return cost_of(w.experiment, int(w.value), int(w.last) - int(w.first) + 1)


def table_megabytes(experiment):
    """Memory of a job that builds or reads the table of all runs of an experiment."""
    runs = config["experiments"][experiment]["runs"]
    n_values = len(experiments.swept_values(config["experiments"][experiment]))
    return costs.table_memory_mb(costs.table_rows(training_settings(experiment), runs * n_values))
