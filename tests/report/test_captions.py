"""Captions: of every figure and table, the same for the web report and the PDF."""

import jinja2
import pytest

from emergence.config.load import load_config
from emergence.report.captions import caption


def _template(repository, kind):
    return (repository / "workflow" / "report" / f"{kind}.rst").read_text("utf-8")


def test_every_figure_and_table_has_a_caption_of_its_own(repository, registry):
    found = [
        caption(_template(repository, entry["kind"]), registry["config"], **{entry["kind"]: name})
        for name, entry in registry["exhibits"]().items()
    ]
    assert len({one.title for one in found}) == len({one.text for one in found}) == len(found)
    for one in found:
        assert len(one.text) > 80
        assert not set("{}*`\n") & set(one.text)


def test_a_caption_follows_the_configuration(repository):
    config = load_config([])
    config["experiments"]["time"]["runs"] = 4321
    template = _template(repository, "figure")
    assert "4321" in caption(template, config, figure="fig01_predicting_emergence").text


@pytest.mark.parametrize("template", ["", "no title", "**Title.** one\n\nparagraph too many"])
def test_what_is_no_caption_is_refused(template):
    with pytest.raises(ValueError, match="no caption for fig99"):
        caption(template, {}, figure="fig99")


def test_a_value_that_the_configuration_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        caption("**T.** {{ snakemake.config['nothing'] }}", {}, figure="f")
