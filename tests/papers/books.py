"""The packs' forms read from their files, as a city would that names them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from lingqu.blueprint import door as blueprint
from lingqu.centre.papers import door
from lingqu.centre.papers.definitions import Form, FormRules, FormSituation, FormTerms

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding, newborn]\n"


@cache
def city() -> blueprint.Blueprint:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "city.yaml").write_text(CITY, "utf-8")
        return blueprint.load(Path(folder))


def situation(code: str) -> FormSituation:
    return city().every(FormSituation)[code]


@cache
def book(code: str) -> door.Book:
    of = city()
    return door.bound(situation(code), of.every(Form), of.every(FormTerms), of.every(FormRules))


def little(terms: dict, fields: dict[str, list], rules: dict | None = None) -> door.Book:
    """A book written in a test: attributes by subject, fields by form as ``(binds, type, more)``."""
    subjects = {
        name: {"title": name, "repeats": name.endswith("s"), "attributes": {k: {"title": k} | v for k, v in of.items()}}
        for name, of in terms.items()
    }
    words = FormTerms.model_validate({"code": "t", "title": "t", "subjects": subjects})
    forms = tuple(
        Form.model_validate(
            {"code": code, "title": code, "terms": "t", "office": "o"}
            | {
                "fields": [
                    {"seq": n, "title": binds or "?", "binds": binds, "type": type_} | (more[0] if more else {})
                    for n, (binds, type_, *more) in enumerate(of, 1)
                ]
            }
        )
        for code, of in fields.items()
    )
    said = {"code": "t", "title": "t", "terms": "t", "offices": {"o": "o"}} | (rules or {})
    return door.Book(forms, words, FormRules.model_validate(said))
