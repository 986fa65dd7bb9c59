"""The figure of the toy paper."""

from emergence.exhibits import style


def draw(means):
    """Mean loss against steps."""
    drawn, axes = style.figure(columns=1, height=2.0)
    axes[0][0].plot(means["x"], means["mean"])
    axes[0][0].set_xlabel("steps")
    axes[0][0].set_ylabel("loss")
    return drawn
