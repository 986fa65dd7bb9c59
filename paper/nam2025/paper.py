"""What makes up this paper: experiments, products, figures, pages. Data, no logic.

Paths are relative to results/{preset}/nam2025, those that begin with nam2024/ to that paper's
results. `emergence.papers` says what an entry means and checks all of them.
"""

from emergence.papers import Exhibit, Page, Product
from paper.nam2025 import stated
from paper.nam2025.settings import Settings  # noqa: F401

TITLE = "Solve layerwise linear models first to understand neural dynamical phenomena"
PROTOCOL = ("full",)

EXPERIMENTS = ("layerwise", "linear")

# Of the first paper: what Fig. 4 draws, and the experiment that each constant is fitted to.
FIRST = "nam2024"
CALIBRATION = {
    "time": "time_calibration",
    "data": "data_calibration",
    "parameters": "parameter_calibration",
}
FITTING = {"confidence": "fitting.confidence"}
DIVISOR = {"initial_strength_divisor": stated.INITIAL_STRENGTH_DIVISOR}


def _theory(name: str, function: str, **tables: str) -> Product:
    """A product of the theory, whose arguments are a block of the same name."""
    outputs = {field: f"theory/{path}.csv" for field, path in tables.items()}
    return Product(
        f"theory.{function}", outputs=outputs or {"-": f"theory/{name}.csv"},
        arguments=f"theory.{name}",
    )  # fmt: skip


def _curves(panel: str, decayed: bool = True) -> Product:
    """Runs of one panel of the grokking figure."""
    return Product(
        "training.grokking:curves",
        outputs={"-": GROKKING[panel if decayed else f"{panel}_without_decay"]},
        arguments="grokking",
        constants={"panel": panel, "panels": stated.PANELS, "decayed": decayed},
        trains=True,
    )


GROKKING = {name: f"training/grokking_{name}.csv" for name in (*stated.PANELS, "a_without_decay")}

PRODUCTS = {
    "theory_feedback": _theory("feedback", "dynamics:feedback"),
    "theory_modes": _theory("modes", "dynamics:modes", curves="modes", times="mode_times"),
    "theory_drift": _theory("drift", "dynamics:drift"),
    "theory_depth": Product(
        "theory.depths:depths",
        outputs={"table": "theory/depth.csv", "curves": "theory/depth_curves.csv"},
        arguments="theory.depth",
    ),
    "theory_staircase": _theory(
        "staircase",
        "dynamics:stages",
        times="staircase",
        values="staircase_values",
        losses="staircase_losses",
    ),
    "theory_collapse": _theory(
        "collapse", "collapse:collapse", table="collapse", features="collapse_features"
    ),
    "theory_scaling": _theory("scaling", "scaling:local_slopes"),
    "theory_plateau": Product(
        "theory.kernels:plateaus", outputs={"-": "theory/kernel_plateau.csv"}
    ),
    "theory_contours": Product(
        "theory.kernels:contours", outputs={"-": "theory/kernel_contours.csv"}
    ),
    "theory_balanced_maps": _theory(
        "balanced_maps",
        "kernels:balanced_maps",
        maps="balanced_maps",
        pixels="balanced_pixels",
        errors="balanced_errors",
    ),
    "theory_mirrored_maps": _theory(
        "mirrored_maps",
        "kernels:mirrored_maps",
        maps="mirrored_maps",
        asymmetry="mirrored_asymmetry",
        powers="mirrored_powers",
        slopes="mirrored_slopes",
    ),
    "theory_neurons": _theory(
        "neurons", "dynamics:neuron_growth", growth="neuron_growth", points="neuron_points"
    ),
    "theory_decaying": _theory(
        "decaying", "dynamics:decaying", curves="decaying_curves", times="decaying_times"
    ),
    **{f"grokking_{panel}": _curves(panel) for panel in stated.PANELS},
    "grokking_a_without_decay": _curves("a", decayed=False),
    "grokking_initial": Product(
        "training.grokking:initial_outputs",
        outputs={"-": "training/initial_outputs.csv"},
        arguments="grokking",
        constants={"panels": stated.PANELS},
    ),
    "grokking": Product(
        "training.grokking:summary",
        inputs={"curves": tuple(GROKKING.values())},
        outputs={"runs": "grokking.csv", "delays": "training/grokking_delays.csv"},
    ),
    "grokking_scan": Product(
        "training.grokking:ratio_scan",
        outputs={"-": "training/grokking_scan.csv"},
        arguments={"grokking": "grokking", "scan": "scan"},
        trains=True,
    ),
    "grokking_decays": Product(
        "training.grokking:decay_scan",
        outputs={"-": "training/grokking_decays.csv"},
        arguments={"grokking": "grokking", "scan": "scan"},
        constants={"panels": stated.PANELS},
        trains=True,
    ),
    "grokking_law": Product(
        "training.laws:delay_laws",
        inputs={
            "scan": "training/grokking_scan.csv",
            "decays": "training/grokking_decays.csv",
            "decaying": "theory/decaying_times.csv",
        },
        outputs={"powers": "training/grokking_laws.csv", "orders": "training/grokking_orders.csv"},
        arguments=FITTING,
    ),
    # The first paper's networks, its kit's fits: nothing is trained again.
    **{
        f"fit_{resource}": Product(
            "emergence.analysis.fitting:calibrate",
            inputs={
                "settings": f"{FIRST}/settings/{name}.json",
                "runs": f"{FIRST}/aggregated/{name}_runs.csv",
            },
            outputs={"-": f"emergence/{resource}.json"},
            arguments=FITTING,
            constants=DIVISOR,
        )
        for resource, name in CALIBRATION.items()
    },
    **{
        f"predict_{resource}": Product(
            "training.emergence:prediction",
            inputs={
                "settings": f"{FIRST}/settings/{resource}.json",
                "runs": f"{FIRST}/aggregated/{resource}_runs.csv",
                "summary": f"{FIRST}/aggregated/{resource}.csv",
                "calibration": f"emergence/{resource}.json",
            },
            outputs={
                "curves": f"emergence/{resource}_prediction.csv",
                "halves": f"emergence/{resource}_halves.csv",
                "errors": f"emergence/{resource}_errors.csv",
            },
            arguments=FITTING,
            constants=DIVISOR,
        )
        for resource in CALIBRATION
    },
    "claims": Product(
        "claims.collection:claims",
        inputs={
            "modes": "theory/mode_times.csv",
            "drift": "theory/drift.csv",
            "depth": "theory/depth.csv",
            "staircase": "theory/staircase.csv",
            "values": "theory/staircase_values.csv",
            "collapse": "theory/collapse.csv",
            "pixels": "theory/balanced_pixels.csv",
            "balanced": "theory/balanced_maps.csv",
            "errors": "theory/balanced_errors.csv",
            "slopes": "theory/mirrored_slopes.csv",
            "neurons": "theory/neuron_growth.csv",
            "decaying": "theory/decaying_times.csv",
            "asymmetry": "theory/mirrored_asymmetry.csv",
            "delays": "training/grokking_delays.csv",
            "orders": "training/grokking_orders.csv",
            "laws": "training/grokking_laws.csv",
            "last_layers": (GROKKING["b"], GROKKING["a_without_decay"]),
            "networks": ("aggregated/linear_runs.csv", "aggregated/layerwise_runs.csv"),
            "settings": "settings/layerwise.json",
            "emergence": tuple(f"emergence/{name}_errors.csv" for name in CALIBRATION),
            "halves": tuple(f"emergence/{name}_halves.csv" for name in CALIBRATION),
            "scaling": "theory/scaling.csv",
        },
        outputs={"-": "claims.csv"},
        arguments=FITTING,
    ),
    "discrepancies": Product(
        "discrepancies.collection:discrepancies",
        inputs={
            "balanced": "theory/balanced_maps.csv",
            "mirrored": "theory/mirrored_maps.csv",
            "slopes": "theory/mirrored_slopes.csv",
            "delays": "training/grokking_delays.csv",
            "initial": "training/initial_outputs.csv",
            "emergence": tuple(f"emergence/{name}_errors.csv" for name in CALIBRATION),
            "pixels": "theory/balanced_pixels.csv",
            "neurons": "theory/neuron_growth.csv",
            "collapse": "theory/collapse.csv",
            "laws": "training/grokking_laws.csv",
            "orders": "training/grokking_orders.csv",
            "decays": "training/grokking_decays.csv",
            "last_layers": tuple(
                GROKKING[name] for name in ("b", "c", "d", "e", "a", "a_without_decay")
            ),
        },
        outputs={"-": "discrepancies.csv"},
    ),
}

_CODE = "From the authors' code: "
_WAS = stated.GROKKING
_UNKNOWN = "The paper's own figure was not at hand; "

FIGURES = {
    "fig01_roadmap": Exhibit(
        title="From one principle to phenomena",
        caption="""
The dynamical feedback principle, the solvable models that have it, and the phenomena that they
explain. Second-hand: what the diagram connects; drawn by code, it holds no number.""",
    ),
    "fig02_feedback": Exhibit(
        title="Layers that scale each other's speed",
        caption=f"""
The plane of both layers of f = a b x with target S = {{{{ config.theory.feedback.target }}}}:
arrows are the gradient flow, dotted hyperbolas a² - b² = C are conserved, the black curve a b = S
is the target. Lines are the closed form for any start, circles gradient descent. {_UNKNOWN}this one
is ours.""",
        tables={"trajectories": "theory/feedback.csv"},
    ),
    "fig03_linear_and_layerwise": Exhibit(
        title="Linear and layerwise modes",
        caption="""
(a) Modes of a linear model saturate at once and together, (b) those of a layerwise model one after
another, for inputs of variance {{ config.theory.modes.variances|join(", ") }}. Lines are closed
forms, circles gradient descent at rate {{ config.theory.modes.rate }}. (c) Means of {{
config.experiments.layerwise.runs }} trained networks on the same inputs (fresh samples): without
hidden layer (dashed) and with one (solid). Second-hand: what panels a and b compare; the settings
and panel c are ours.""",
        tables={
            "curves": "theory/modes.csv",
            "linear": "aggregated/linear.csv",
            "layerwise": "aggregated/layerwise.csv",
        },
    ),
    "fig04_emergence": Exhibit(
        title="Emergence predicted by the multilinear model",
        caption="""
Strength of each skill of the first paper's two-layer ReLU networks (dashed: mean over runs; band:
the middle half of runs) against time, data and parameters. Solid: extended models with one constant
per resource, fitted to networks with one skill. Dotted: the plain multilinear model, without any
constant: sigmoids in time, one sample for a skill in data, one hidden unit for a skill in
parameters. From the authors' earlier code: the models; the networks are those of the first
paper's results, trained nowhere twice.""",
        tables={
            **{f"networks_{name}": f"{FIRST}/aggregated/{name}_runs.csv" for name in CALIBRATION},
            **{f"model_{name}": f"emergence/{name}_prediction.csv" for name in CALIBRATION},
        },
    ),
    "fig05_neural_collapse": Exhibit(
        title="Neural collapse of free features",
        caption="""
Samples (dots) and class means (arrows, in b longer by one factor, which the title gives) of {{
config.theory.collapse.classes }} classes along the means' principal axes, (a) from small and (b)
from large initial features; (c) measures of collapse
against the initial scale ε, means over {{ config.theory.collapse.draws }} draws, with the line ε²
through the smallest. Free features that fit one-hot
targets collapse from small starts only: what is outside the span of W never moves. (d-f) The same
measures of the last hidden layer of the tanh networks of Fig. 8 on their training images ({{
config.grokking.source }}), median over seeds: from small weights, from large ones, and from large
ones without decay. There variation within classes falls, while norms and angles stay unequal.
What is below an axis, 0 among it, lies on its edge. {{ "" }}All of
it is ours: the paper's figure is a sketch, and its ResNet example (second-hand) is not run.""",
        tables={
            "features": "theory/collapse_features.csv",
            "measures": "theory/collapse.csv",
            "small": GROKKING["b"],
            "large": GROKKING["a"],
            "without_decay": GROKKING["a_without_decay"],
        },
    ),
    "fig06_kernel_distance": Exhibit(
        title="Kernel distance",
        caption=f"""
log10 of the kernel distance D after training. (a-c) λ-balanced networks, λ of the second layer less
the first: the square of the weights' product grows as the scale s and the target as 1/s in (a),
only the weights change in (b), only the target in (c); means over targets ({{{{
config.theory.balanced_maps.draws }}}} in a, a quarter of them in b and c). Lines: the same in
closed form, at the powers of ten that they are labelled with. (d) Networks that start at output 0,
against target scale and imbalance l (positive: the first layer is larger), mean over {{{{
config.theory.mirrored_maps.draws }}}} draws. {_CODE}protocol and grids of a and d. Axes are the
true ones (discrepancies 04 and 05); b, c, means, lines and shared draws are ours.""",
        tables={
            "balanced": "theory/balanced_maps.csv",
            "mirrored": "theory/mirrored_maps.csv",
            "contours": "theory/kernel_contours.csv",
        },
    ),
    "fig07_growth": Exhibit(
        title="Weight-to-target ratio and growth",
        caption="""
{{ config.theory.neurons.neurons }} neurons (a_i, b_i) that share one mode, from their start
(circles) along hyperbolas in closed form (lines) to where gradient descent ends (dots), for initial
sizes Σ0/S = {{ config.theory.neurons.ratios|join(", ") }}. The growth γ+ of (a_i+b_i)² is the same
for all of them; titles give the prediction. From small starts all end near a = b (dotted).
Second-hand: γ+; derived: the model behind it; the drawing is ours.""",
        tables={"growth": "theory/neuron_growth.csv", "points": "theory/neuron_points.csv"},
    ),
    "fig08_grokking": Exhibit(
        title="Grokking and how it goes away",
        caption=f"""
Accuracy on {{{{ config.grokking.train_samples }}}} training images (black) and on test images
(colour) of {{{{ config.grokking.source }}}} in deep tanh networks: median, least and largest of
{{{{ config.grokking.seeds }}}} seeds. Above: (a) large weights, (b) small weights, (c) large
target, (d) small input, (e) small output scale, and (f, ours) panel a without weight decay. Below,
ours: norm of the parameters, and distance of the empirical kernel to that of the start (dashed) and
of the end (dotted). {_CODE}the factors of panels a to e. Different from the original, which draws
one run: {{{{ config.grokking.source }}}} for MNIST, {{{{ config.grokking.train_samples }}}}
training images for {_WAS["train_samples"]:,}, width {{{{ config.grokking.width }}}} for
{_WAS["width"]}, batches of {{{{ config.grokking.batch_size }}}} for {_WAS["batch_size"]}, rate {{{{
config.grokking.learning_rate }}}} for {_WAS["learning_rate"]:g}, decay {{{{
config.grokking.weight_decay }}}} for {_WAS["weight_decay"]:g}, {{{{ config.grokking.epochs }}}}
epochs for {_WAS["epochs"]:,}, of which about {{{{ config.grokking.points }}}} are measured.""",
        tables=GROKKING,
    ),
    "fig09_depth": Exhibit(
        title="Deeper chains rise more sharply",
        caption="""
(a) Strength of balanced chains of depth L against time over half-time, from c0 = {{
config.theory.depth.initial }}; (b) the width of the rise over its half-time. Second-hand: the
claim; the numbers are derived. The number of this figure is ours: Figs. 9 and 10 of the paper are
not known here.""",
        tables={"curves": "theory/depth_curves.csv", "widths": "theory/depth.csv"},
    ),
    "fig10_staircase": Exhibit(
        title="The staircase of modes from random weights",
        caption="""
Two-layer linear networks whose entries start from ε N(0, 1)/√h, for a target with singular values
{{ config.theory.staircase["values"]|join(", ") }}. (a) Loss of one network for each ε; grey levels
are what is left when the largest modes are learned. (b) Measured against predicted half-times of
the modes, mean of {{ config.theory.staircase.draws }} networks; (c) singular values of the first
layer at the end: as many as outputs have grown, the others stay at the initial scale. Ours: the
seed formula behind the prediction.""",
        tables={
            "times": "theory/staircase.csv",
            "values": "theory/staircase_values.csv",
            "losses": "theory/staircase_losses.csv",
        },
        arguments={"targets": "theory.staircase.values"},
    ),
    "fig11_laws": Exhibit(
        title="One curve, two powers",
        caption="""
(a) Kernel distance of all converged pixels of all draws of Fig. 6a against the closed form D∞ of
|λ| s/σ1 and the spread σ2/σ1: one curve, the diagonal. Left of the dotted line, the
floor of the map of Fig. 6a, descent at a finite rate leaves it; what is below the axis lies on its
edge. (b)
Kernel distance of Fig. 6b against S/Σ0, median over draws: for small targets the power 4 where the
initial output vanishes, 2 where it does not, at every imbalance (solid: l = 0, dashed: 0.5, dotted:
-0.5, mirrored under the solid line). (c) Deviation of gradient descent from the closed form against
learning rate; below 1e-7 too it falls with the rate. All of it is ours. It has no counterpart in
the paper.""",
        tables={
            "pixels": "theory/balanced_pixels.csv",
            "powers": "theory/mirrored_powers.csv",
            "errors": "theory/balanced_errors.csv",
            "drift": "theory/drift.csv",
        },
    ),
    "fig12_delays": Exhibit(
        title="When networks grok",
        caption="""
Delay, epoch of test accuracy 0.8 over epoch of training accuracy 0.95, in a grid of weights w,
targets t and output scales, (a) against the initial output over the target and (b) against Σ0/S;
titles give the rank correlation and the scatter about the best monotone function, a factor. (c)
Delay against weight decay for several output scales of panel 8a, with the fitted law (lines; powers
of output over target and of the decay), and with AdamW, whose decay also shrinks with the learning
rate; (d) norm of the parameters when these networks generalise. (e) The solvable model, training
(black) and test loss: closed form (lines; dotted: without decay) and descent (circles); (f) its
predicted and measured time of generalisation. All of it is ours.""",
        tables={
            "scan": "training/grokking_scan.csv",
            "decays": "training/grokking_decays.csv",
            "laws": "training/grokking_laws.csv",
            "orders": "training/grokking_orders.csv",
            "curves": "theory/decaying_curves.csv",
            "times": "theory/decaying_times.csv",
        },
    ),
}

PAGES = {
    "claims": Page(
        title="Claims of the paper",
        caption="""
Each claim of the paper, known second-hand, that a number decides, and its deciding number. A
failure names the discrepancy that explains it.""",
        tables=("claims.csv",),
    ),
    "discrepancies": Page(
        title="Discrepancies between authors' code, labels and arithmetic",
        caption="""
Where the authors' code, its labels, second-hand texts and arithmetic disagree, the numbers computed
here, and what follows.""",
        tables=("discrepancies.csv",),
    ),
    "grokking": Page(
        title="Grokking, run by run",
        caption="""
Epochs at which each run reaches training accuracy 0.95 and test accuracy 0.8;
empty where never.""",
        tables=("grokking.csv",),
    ),
}

# Beside what networks measured: what a reader opens first, and the figures of docs/layerwise.md.
SHIPPED = (
    "claims.csv",
    "discrepancies.csv",
    "grokking.csv",
    *(
        f"theory/{name}.csv"
        for name in ("depth", "kernel_plateau", "kernel_contours", "collapse", "staircase")
    ),
    "figures/fig03_linear_and_layerwise.png",
    "figures/fig05_neural_collapse.png",
    "figures/fig06_kernel_distance.png",
    "figures/fig08_grokking.png",
    "figures/fig11_laws.png",
    "figures/fig12_delays.png",
)
