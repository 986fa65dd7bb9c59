"""Fig. 12: delays of grokking networks, and of the solvable model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import MARKERS

_ABSCISSAE = {
    "output_ratio": "initial output / target",
    "size_ratio": r"$\Sigma_0/S$ ($w^2$ out/$t$)",
}


def draw(
    scan: pd.DataFrame,
    decays: pd.DataFrame,
    laws: pd.DataFrame,
    orders: pd.DataFrame,
    curves: pd.DataFrame,
    times: pd.DataFrame,
) -> Figure:
    """Delays by both abscissae and by decay, norms; losses and times of the solvable model."""
    drawn, axes = style.figure(columns=2, height=4.4, rows=2, panels=3)
    found = orders.groupby("abscissa")[["spearman", "scatter"]].mean()
    for ax, (column, label) in zip(axes[0], _ABSCISSAE.items(), strict=False):
        for index, (weights, rows) in enumerate(scan.groupby("weights"), start=1):
            color = style.skill_color(index)
            ax.loglog(rows[column], rows["delay"], color=color, label=f"$w={weights:g}$", **MARKERS)
        row = found.loc[column]
        title = f"rank {row['spearman']:.2f}, scatter {row['scatter']:.2f}"
        ax.set_title(title, loc="right", fontsize=6.5)
        ax.set_xlabel(label)
    axes[0][0].set_ylabel("delay")
    axes[0][0].legend(loc="upper left", handletextpad=0.1)
    _decays(axes[0][2], axes[1][0], decays, laws)
    _losses(axes[1][1], curves)
    time = axes[1][2]
    for index, (norm, rows) in enumerate(times.groupby("norm"), start=1):
        label = rf"$|\theta_0|={norm:g}$"
        known = rows[rows["decay"] > 0]
        time.loglog(known["predicted"], known["measured"], "o", color=style.skill_color(index),
                    label=label)  # fmt: skip
    known = times[np.isfinite(times["predicted"])]["predicted"]
    time.loglog([known.min(), known.max()], [known.min(), known.max()], color=style.GREY, lw=0.6)
    time.set_xlabel("predicted time")
    time.set_ylabel("measured time")
    time.legend(loc="upper left")
    for letter, panel in zip("abcdef", axes.flat, strict=True):
        style.panel_label(panel, letter)
    return drawn


def _decays(delay: Axes, norm: Axes, decays: pd.DataFrame, laws: pd.DataFrame) -> None:
    """Delay, and norm at generalisation, against weight decay; the fitted law of the grid."""
    law = laws[laws["law"] == "grid"].set_index("factor")
    grouped = decays.groupby(["optimizer", "output"])
    for index, ((optimizer, output), rows) in enumerate(grouped, start=1):
        color = style.skill_color(index)
        label = f"out = {output:g}" if optimizer == "adam" else "AdamW, decay/100"
        x = rows["weight_decay"] / (1 if optimizer == "adam" else 100)
        delay.loglog(x, rows["delay"], color=color, label=label, **MARKERS)
        relative = rows["norm_at_test"] / rows["norm_start"]
        norm.semilogx(x, relative, color=color, label=label, **MARKERS)
        if optimizer == "adam":
            ratio, ends = rows["output_ratio"].mean(), np.array([x.min(), x.max()])
            line = law["prefactor"].iloc[0] * ratio ** law.loc["output_ratio", "exponent"]
            power = law.loc["weight_decay", "exponent"]
            delay.loglog(ends, line * ends**power, color=color, linewidth=0.7)
    delay.set_title(
        f"powers {law.loc['output_ratio', 'exponent']:.2f}, "
        f"{law.loc['weight_decay', 'exponent']:.2f}", loc="right", fontsize=6.5,
    )  # fmt: skip
    ticks = sorted(decays[decays["optimizer"] == "adam"]["weight_decay"].unique())
    for ax in (delay, norm):
        ax.set_xticks(ticks, [f"{1000 * tick:g}" for tick in ticks])
        ax.set_xlabel("weight decay / 0.001")
        ax.minorticks_off()
    delay.set_yticks(levels := [4, 8, 16, 32], [str(level) for level in levels])
    delay.set_ylabel("delay")
    norm.set_ylabel(r"$|\theta|/|\theta_0|$ at test ≥ 0.8")
    norm.set_ylim(0, 1)
    norm.legend(loc="upper left", handletextpad=0.1, ncols=2)


def _losses(loss: Axes, curves: pd.DataFrame) -> None:
    """Closed form and descent of the solvable model from the largest start."""
    norm = sorted(curves["norm"].unique())[-1]
    decays = sorted(curves["decay"].unique())
    for line, strength in (("-", decays[1]), (":", 0.0)):
        for index, of in enumerate(("train", "test")):
            rows = curves[(curves["norm"] == norm) & (curves["decay"] == strength)]
            rows = rows[(rows["set"] == of) & (rows["loss"] > 1e-6)]
            color = ("black", style.VERMILION)[index]
            exact, dots = (rows[rows["source"] == s] for s in ("closed form", "gradient descent"))
            loss.loglog(exact["time"], exact["loss"], line, color=color)
            if strength:
                loss.loglog(dots["time"][::3], dots["loss"][::3], color=color, mew=0.6, **MARKERS)
    loss.set_xlabel("time $t$")
    loss.set_ylabel("loss")
