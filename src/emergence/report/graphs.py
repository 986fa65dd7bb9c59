"""Graphs as Mermaid charts in Markdown: what stands on what."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter


def flow_chart(arrows: Iterable[tuple[str, str]], direction: str) -> str:
    """A fenced flow chart of arrows, without those that others imply.

    direction: LR (from the left) or TD (from above). Raises ValueError for arrows in a circle.
    """
    chart = "".join(f"    {a} --> {b}\n" for a, b in sorted(without_implied(set(arrows))))
    return f"```mermaid\nflowchart {direction}\n{chart}```\n"


def without_implied(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Arrows whose end is not reached in another way. Raises ValueError for arrows in a circle."""
    ends: dict[str, set[str]] = {start: set() for start, _ in arrows}
    for start, end in arrows:
        ends[start].add(end)
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(ends).static_order():
        direct = ends.get(name, set())
        reached[name] = direct.union(*(reached[end] for end in direct))
    return {(a, b) for a, b in arrows if not any(b in reached[end] for end in ends[a] - {b})}
