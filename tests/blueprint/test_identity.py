"""Law 8 over any city: apply ∘ export ∘ apply is the identity."""

import itertools
import string
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.blueprint import door as blueprint
from lingqu.blueprint import writing
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.drawing import door as drawing

pytestmark = pytest.mark.django_db

codes = st.text(string.ascii_lowercase, min_size=1, max_size=6)
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20)
trimmed = words.filter(lambda text: text == text.strip() and text)
texts = st.one_of(trimmed, st.fixed_dictionaries({"zh": trimmed, "en": trimmed}))


def many(documents, largest):
    return st.lists(documents, max_size=largest, unique_by=lambda document: document["code"])


departments = many(
    st.fixed_dictionaries({"code": codes, "title": texts}, optional={"contact": words, "note": texts}), 4
)
items = st.lists(
    st.fixed_dictionaries(
        {"code": trimmed, "title": texts},
        optional={"aliases": st.lists(trimmed, max_size=3), "until": st.just("2026-01-01")},
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda item: unicodedata.normalize("NFKC", item["code"]),
)
code_lists = many(st.fixed_dictionaries({"code": codes, "title": texts, "items": items}), 3)
elements = many(
    st.fixed_dictionaries(
        {"code": codes, "title": texts, "type": st.sampled_from(["string", "number", "date", "json"])},
        optional={
            "minimum": st.floats(-1e9, 1e9),
            "max_length": st.integers(1, 99),
            "standard": words,
            "synonyms": st.lists(words, max_size=4),
        },
    ),
    4,
)
count = itertools.count()


@given(departments, code_lists, elements, st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_export_and_apply_are_each_others_inverse(tmp_path, departments, code_lists, elements, synthetic):
    city = {"code": "c", "title": "城", "division": "419902000000", "synthetic": synthetic}
    folder = tmp_path / str(next(count))
    write(folder, {"city.yaml": city, "departments/a.yaml": departments, "data_elements/a.yaml": elements})
    write(folder, {"code_lists/a.yaml": code_lists})
    blueprint.apply(SYSTEM, blueprint.load(folder), allow_removal=True)
    first = drawing.placed()
    revision = drawing.revision()

    out = tmp_path / str(next(count))
    blueprint.export(out)
    again = blueprint.load(out)
    assert blueprint.plan(again).empty
    assert not blueprint.apply(SYSTEM, again).changed
    assert drawing.revision() == revision

    drawing.replace([], [(each.kind, each.code) for each in first], actor="t", summary={})
    blueprint.apply(SYSTEM, again)
    assert [(p.kind, p.code, str(p.document), p.layer) for p in drawing.placed()] == [
        (p.kind, p.code, str(p.document), p.layer) for p in first
    ]


def write(folder: Path, files: dict) -> None:
    for name, content in files.items():
        if content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(writing.text(content), "utf-8", newline="")
