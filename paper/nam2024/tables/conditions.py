"""Conditions of the scaling laws, as the theory writes them in text, in Typst mathematics."""

from __future__ import annotations

from emergence.exhibits.typeset import Markup

_REPLACEMENTS = (
    ("not <<", "gt.tilde"),
    ("not >>", "lt.tilde"),
    ("n_skills", "n_s"),
    ("*", " "),
    ("T/T(", "T\\/T("),
    ("/K", "\\/K"),
    ("/N", "\\/N"),
    ("^(1/", "^(1\\/"),
)


def condition_markup(text: str) -> Markup:
    """Conditions such as "N >> T^(1/(alpha+1)), D >> T" as Typst mathematics, one formula each."""
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new)
    return Markup(", ".join(f"${part}$" for part in text.split(", ")))
