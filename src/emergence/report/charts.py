"""An interactive chart as one HTML page that holds its own JavaScript: no network, no server."""

from __future__ import annotations

import html
from typing import Any

# An image can be saved; the chart's source and an editor on the web are of no use here.
_OPTIONS = {
    "actions": {"export": True, "source": False, "compiled": False, "editor": False},
    "renderer": "svg",  # its marks carry their numbers as labels, for tests and screen readers
}


def chart_page(title: str, chart: Any) -> str:
    """A page with a Vega-Altair chart, into which Vega's libraries are written."""
    page = chart.to_html(inline=True, embed_options=_OPTIONS)
    return page.replace("<head>", f"<head>\n<title>{html.escape(title)}</title>", 1)
