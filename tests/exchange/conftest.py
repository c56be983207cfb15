"""A little department with one resource; sources are made for each test."""

from __future__ import annotations

import pytest

TITLE = {"zh": "试验", "en": "Trial"}
ELEMENTS = [
    {"code": "person_name", "title": {"zh": "姓名", "en": "Name"}, "type": "string", "synonyms": ["姓名", "XM"]},
    {"code": "floors", "title": {"zh": "层数", "en": "Floors"}, "type": "integer"},
    {"code": "point", "title": {"zh": "位置", "en": "Location"}, "type": "geometry"},
]
RESOURCE = {
    "code": "police.people",
    "title": TITLE,
    "resource_code": "301001/1",
    "classification": ["部门"],
    "department": "police",
    "abstract": TITLE,
    "format": "spreadsheet",
    "published": "2026-01-01",
    "items": [{"code": e["code"], "element": e["code"]} for e in ELEMENTS],
}


def put(kind: str, *documents: dict) -> None:
    from lingqu.centre.drawing import door as drawing  # once Django is set up

    drawing.replace(
        [drawing.Placed(kind, d["code"], d, "test.yaml", "city") for d in documents], [], actor="t", summary={}
    )


@pytest.fixture
def lake(settings, tmp_path):
    settings.LINGQU_LAKE = tmp_path / "lake"
    settings.LINGQU_INBOX = tmp_path / "inbox"
    settings.LINGQU_SECRETS = tmp_path / "secrets"
    settings.LINGQU_CITY = tmp_path / "city"
    for folder in ("lake", "inbox", "secrets", "city"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def make(db, lake):
    """Puts a source on the drawing; by default an upload whose columns are 姓名 and 层数."""
    put("department", {"code": "police", "title": TITLE})
    put("data_element", *ELEMENTS)
    put("resource", RESOURCE)

    def make(connector: str = "upload", mapping: dict | None = None, code: str = "police.people", **config):
        mapping = mapping or {"person_name": {"column": "姓名"}, "floors": {"column": "层数", "optional": True}}
        extra = {"datum": config.pop("datum")} if "datum" in config else {}
        document = {"code": code, "title": TITLE, "resource": "police.people", "connector": connector}
        put("source", document | {"config": config, "mapping": mapping} | extra)
        return code

    return make
