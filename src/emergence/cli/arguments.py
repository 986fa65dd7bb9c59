"""Kinds of command-line arguments that argparse refuses in one line, for the scripts."""

from __future__ import annotations

import importlib
import inspect
import json
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from typing import Any


class WrongArguments(ValueError):
    """Arguments that a function of the library does not take."""


def json_object(text: str) -> dict[str, Any]:
    """A mapping written as JSON."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise ArgumentTypeError("must be a JSON object, {...}")
    return value


def whole_number(least: int) -> Callable[[str], int]:
    """Parser of a whole number of at least `least`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        return value

    return parse


def non_negative_number(text: str) -> float:
    """A finite number of at least 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise ArgumentTypeError(f"{text!r} is not a finite number of at least 0")
    return value


def function_named(text: str) -> Callable[..., Any]:
    """The function MODULE:NAME."""
    place, _, name = text.partition(":")
    try:
        module = importlib.import_module(place)
    except (ImportError, TypeError, ValueError) as error:
        raise ArgumentTypeError(f"{place!r} cannot be imported: {error}") from error
    if not name or not hasattr(module, name):
        raise ArgumentTypeError(f"{place!r} has no function {name!r}")
    return getattr(module, name)


def check_keywords(function: Callable[..., Any], keywords: Mapping[str, Any]) -> None:
    """Raise WrongArguments if `function` does not take these keywords, or needs others."""
    try:
        inspect.signature(function).bind(**keywords)
    except TypeError as error:
        raise WrongArguments(f"{function.__module__}.{function.__name__}: {error}") from error
