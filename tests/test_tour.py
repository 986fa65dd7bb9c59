"""The blocks of docs/tour.md do what is written there."""

import doctest
import re

_NUMBER = re.compile(r"-?\d+\.?\d*")


class _AsWritten(doctest.OutputChecker):
    """A number may differ by one in its last written digit: training rounds by machine."""

    def check_output(self, want, got, optionflags):
        written, found = _NUMBER.findall(want), _NUMBER.findall(got)
        words = [re.sub(r"\s+", "", _NUMBER.sub("", text)) for text in (want, got)]
        return (
            words[0] == words[1]
            and len(written) == len(found)
            and all(
                abs(float(a) - float(b)) <= 1.001 * 10.0 ** -len(a.partition(".")[2])
                for a, b in zip(written, found, strict=True)
            )
        )


def test_the_blocks_of_the_tour_do_what_is_written(repository, monkeypatch):
    monkeypatch.chdir(repository)
    text = (repository / "docs" / "tour.md").read_text()
    blocks = "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(blocks, {}, "tour", "docs/tour.md", 0)
    assert len(test.examples) > 20
    said = []
    doctest.DocTestRunner(_AsWritten()).run(test, out=said.append)
    assert not said, "".join(said)


def test_a_number_that_differs_is_found():
    check = _AsWritten().check_output
    assert check("array([0.9, 1. ])\n", "array([0.8, 1. ])\n", 0)
    assert not check("array([0.9, 1. ])\n", "array([0.7, 1. ])\n", 0)
    assert not check("array([0.9])\n", "array([0.9, 1.0])\n", 0)
    assert not check("0.18\n", "0.2\n", 0)
