"""What the check of translations sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from lingqu.site import words

ROOM = """
from django.utils.translation import gettext as _, ngettext, pgettext

plain = _("Known")
counted = ngettext("%(n)s row", "%(n)s rows", 2)
placed = pgettext("map", "Here")
"""
PAGE = "{% load i18n %}<p>{% translate 'On a page' %}</p>{% blocktranslate %}Dear {{ name }}{% endblocktranslate %}"
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(words, "SOURCE", tmp_path)
    room = tmp_path / "lingqu" / "room"
    (room / "templates").mkdir(parents=True)
    (room / "page.py").write_text(ROOM)
    (room / "templates" / "page.html").write_text(PAGE)
    catalogue = room / words.CATALOGUE
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(HEAD + 'msgid "Known"\nmsgstr "已知"\n')
    return room


def test_python_and_templates_are_read(source: Path) -> None:
    assert {(m.message, m.context) for m in words.missing()} == {
        ("%(n)s row", ""),
        ("Here", "map"),
        ("On a page", ""),
        ("Dear %(name)s", ""),
    }


def test_update_adds_empty_entries_and_an_empty_entry_is_still_missing(source: Path) -> None:
    assert words.update() == 4
    text = (source / words.CATALOGUE).read_text()
    assert 'msgid "On a page"\nmsgstr ""' in text
    assert 'msgstr "已知"' in text
    assert len(words.missing()) == 4


def test_compiled_catalogues_answer(source: Path) -> None:
    from babel.support import Translations

    words.compile_all()
    with (source / words.CATALOGUE).with_suffix(".mo").open("rb") as file:
        assert Translations(file).gettext("Known") == "已知"
