"""Captions of figures, tables and pages: one text for the web report and for the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2

from emergence.papers import Exhibit, Page, PaperError

# As Snakemake sets it up, but a name that does not exist is an error.
_ENVIRONMENT = jinja2.Environment(
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
)


def caption(entry: Exhibit | Page, config: Mapping[str, Any]) -> str:
    """The caption of an entry in plain text, one line, without its title.

    config: the paper's block of the configuration. Raises PaperError for a value that it lacks.
    """
    try:
        rendered = _ENVIRONMENT.from_string(entry.caption).render(config=config)
    except jinja2.TemplateError as error:
        raise PaperError(f"caption of {entry.title!r}: {error}") from error
    return " ".join(rendered.split())
