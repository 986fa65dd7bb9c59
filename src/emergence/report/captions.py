"""Captions of figures and tables: one text for the web report and for the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jinja2

from emergence.papers import Exhibit, PaperError

# As Snakemake sets it up, but a name that does not exist is an error.
_ENVIRONMENT = jinja2.Environment(
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
)


class Caption(NamedTuple):
    """title: without a full stop. text: plain text, one line."""

    title: str
    text: str


def caption(entry: Exhibit, config: Mapping[str, Any]) -> Caption:
    """The caption of a figure or table under the paper's block of a configuration.

    Raises PaperError for a value that the configuration lacks.
    """
    try:
        rendered = _ENVIRONMENT.from_string(entry.caption).render(config=config)
    except jinja2.TemplateError as error:
        raise PaperError(f"caption of {entry.title!r}: {error}") from error
    return Caption(entry.title, " ".join(rendered.split()))
