"""Kinds of arguments: what is taken, and one line for what is not."""

import argparse

import pytest

from emergence.cli.arguments import (
    WrongArguments,
    check_keywords,
    function_named,
    json_object,
    non_negative_number,
    whole_number,
)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((json_object, text) for text in ("{", "[]")),
        *((whole_number(1), text) for text in ("0", "1.0", "nan")),
        *((non_negative_number, text) for text in ("-1e-9", "nan", "inf", "x")),
        *((function_named, text) for text in ("", "../style:x", "emergence.columns:no", "os")),
    ],
)
def test_anything_else_is_refused(parse, text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse(text)


def test_keywords_that_a_function_does_not_take_are_named():
    def function(first, second=2):
        """Two arguments."""

    check_keywords(function, {"first": 1})
    check_keywords(function, {"first": 1, "second": 1})
    with pytest.raises(WrongArguments, match="function: missing a required argument: 'first'"):
        check_keywords(function, {"second": 1})
    with pytest.raises(WrongArguments, match="third"):
        check_keywords(function, {"first": 1, "third": 1})
