"""The command line, and that the documentation prints what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lingqu.site.commands.papers import papers

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding, newborn]\n"
DOCUMENT = Path(__file__).parents[2] / "docs" / "papers.md"


@pytest.fixture
def run(tmp_path):
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")

    def ask(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(papers, [*words, "--city", str(tmp_path)])
        assert done.exit_code == code, done.output
        return done.output

    return ask


def test_the_documentation_prints_the_waterfalls(run):
    document = DOCUMENT.read_text("utf-8")
    for block in run("merge").strip().split("\n\n"):
        assert block in document


def test_json_and_explain(run):
    made = json.loads(run("merge", "--situation", "founding_common", "--json"))
    assert made["asked"] == len(made["questions"]) == 51
    assert len(made["fates"]) == 555
    said = run("merge", "--situation", "founding_common", "--explain", "F13.59")
    assert "投资人.认缴出资额" in said
    assert "F09.66" in run("merge", "--situation", "founding_common", "--explain", "F09.66")


def test_some_forms_only(run):
    made = json.loads(run("merge", "F01", "F02", "--situation", "founding_common", "--json"))
    assert {fate["form"] for fate in made["fates"]} == {"F01", "F02"}


def test_removed_terms_have_reasons(run):
    said = run("merge", "--situation", "founding_common", "--removed")
    assert sum(line.startswith("  − ") for line in said.splitlines()) > 30


def test_check(run):
    assert run("check").count("✓") == 7
