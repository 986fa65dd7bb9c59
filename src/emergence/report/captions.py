"""Captions of figures and tables: one text for the web report and for the PDF.

They are the reStructuredText templates of workflow/report, which Snakemake renders for the web
report with the workflow's configuration and the wildcards of a job; here they are rendered alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import jinja2

_CAPTION = re.compile(r"\*\*(?P<title>[^*]+)\.\*\*\s+(?P<text>.+)", re.DOTALL)
# As Snakemake sets it up, but a name that does not exist is an error.
_ENVIRONMENT = jinja2.Environment(
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
)


class Caption(NamedTuple):
    """title: without a full stop. text: plain text, one paragraph."""

    title: str
    text: str


def caption(template: str, config: Mapping[str, Any], **wildcards: str) -> Caption:
    """The caption that a template gives the job with these wildcards.

    Raises ValueError unless it is one paragraph that starts with its title in bold.
    """
    job = SimpleNamespace(config=config, wildcards=SimpleNamespace(**wildcards))
    rendered = _ENVIRONMENT.from_string(template).render(snakemake=job).strip()
    found = _CAPTION.fullmatch(rendered)
    if found is None or "\n\n" in rendered:
        named = ", ".join(wildcards.values())
        raise ValueError(f"no caption for {named}: it must be one paragraph, '**Title.** Text'")
    return Caption(found["title"], " ".join(found["text"].split()))
