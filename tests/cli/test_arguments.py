"""Kinds of arguments: what is taken, and one line for what is not."""

import argparse

import pytest

from emergence import columns
from emergence.cli.arguments import (
    WrongArguments,
    check_keywords,
    function_named,
    json_object,
    json_value,
    module_named,
    non_negative_number,
    whole_number,
)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (json_value, "[1, null]", [1, None]),
        (json_object, '{"a": 1}', {"a": 1}),
        (whole_number(0), "0", 0),
        (whole_number(1), "12", 12),
        (non_negative_number, "0", 0.0),
        (non_negative_number, "1e-3", 1e-3),
    ],
)
def test_what_is_meant_is_taken(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((json_value, text) for text in ("", "{", "nul", "1 2")),
        *((json_object, text) for text in ("[]", "1", '"x"', "null", "{")),
        *((whole_number(1), text) for text in ("0", "-1", "1.0", "", "x", "nan", "1e3")),
        *((non_negative_number, text) for text in ("-1e-9", "nan", "inf", "", "x")),
        *((module_named("draw"), text) for text in ("", "nosuch", "../style", "emergence.columns")),
        *((function_named, text) for text in ("", "emergence.theory.none:x", "emergence.columns")),
        (function_named, "emergence.columns:nosuch"),
    ],
)
def test_anything_else_is_refused(parse, text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse(text)


def test_modules_and_functions_are_found():
    assert module_named("markdown", "undeclared")("emergence.columns") is columns
    assert function_named("emergence.columns:markdown") is columns.markdown


def test_keywords_that_a_function_does_not_take_are_named():
    def function(first, second=2):
        """Two arguments."""

    check_keywords(function, {"first": 1})
    check_keywords(function, {"first": 1, "second": 1})
    with pytest.raises(WrongArguments, match="function: missing a required argument: 'first'"):
        check_keywords(function, {"second": 1})
    with pytest.raises(WrongArguments, match="third"):
        check_keywords(function, {"first": 1, "third": 1})
