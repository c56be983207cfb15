"""A small drawing for tests of the store and of access: a type of persons, one of buildings, roles. Import its fixtures
into a test module that needs them::

from little_city import city, police  # noqa: F401
"""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from lingqu.centre.access.definitions import Role
from lingqu.centre.access.door import Actor
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities.definitions import EntityType
from lingqu.kernel.elements import CodeList, DataElement

BOTH = {
    "code_list": CodeList,
    "data_element": DataElement,
    "entity_type": EntityType,
    "role": Role,
}

DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    (
        "code_list",
        {"code": "sex", "title": "性别", "items": [{"code": "1", "title": "男"}, {"code": "2", "title": "女"}]},
    ),
    ("data_element", {"code": "name", "title": "姓名", "type": "string", "max_length": 60, "personal": "personal", "mask": "name"}),
    ("data_element", {"code": "citizen_id", "title": "证件", "type": "identifier", "identifier": "citizen_id", "personal": "sensitive", "mask": "identity"}),
    ("data_element", {"code": "sex", "title": "性别", "type": "code", "code_list": "sex", "personal": "personal"}),
    ("data_element", {"code": "born", "title": "出生", "type": "date", "earliest": "1850-01-01", "latest": "today", "personal": "personal", "mask": "date"}),
    ("data_element", {"code": "ethnic", "title": "民族", "type": "string", "personal": "sensitive", "mask": "absent"}),
    ("data_element", {"code": "plate", "title": "号牌", "type": "string", "max_length": 10, "personal": "personal", "mask": "hash"}),
    ("data_element", {"code": "address", "title": "地址", "type": "string", "max_length": 200}),
    ("data_element", {"code": "division", "title": "区划", "type": "string", "pattern": r"^\d{12}$"}),
    ("data_element", {"code": "floors", "title": "层数", "type": "integer", "minimum": 0, "maximum": 200}),
    (
        "entity_type",
        {
            "code": "Person",
            "title": "自然人",
            "personal": True,
            "label": "name",
            "region": "region",
            "observed_from": "birthDate",
            "attributes": {
                "name": {"element": "name", "required": True, "search": True},
                "idNumber": {"element": "citizen_id", "identifier": True},
                "sex": {"element": "sex", "facet": True},
                "birthDate": {"element": "born"},
                "ethnicGroup": {"element": "ethnic"},
                "plate": {"element": "plate", "many": True, "identifier": True},
                "address": {"element": "address", "search": True},
                "region": {"element": "division"},
                "livesAt": {"kind": "Relationship", "target": ["Building"]},
            },
        },
    ),
    (
        "entity_type",
        {
            "code": "Building",
            "title": "建筑物",
            "public": True,
            "label": "address",
            "region": "region",
            "geometry": "location",
            "attributes": {
                "address": {"element": "address", "required": True, "search": True},
                "floors": {"element": "floors", "facet": True},
                "region": {"element": "division"},
                "location": {"kind": "GeoProperty"},
            },
        },
    ),
    ("role", {"code": "police", "title": "民警", "grants": [{"actions": ["read", "write"], "types": ["Person"], "rows": "own_department", "unmasked": True}, {"actions": ["read"], "types": ["Person"]}]}),
    ("role", {"code": "clerk", "title": "街道", "grants": [{"actions": ["read"], "types": ["Person"], "rows": "own_region", "purposes": ["assistance"]}]}),
    ("role", {"code": "developer", "title": "开发者", "grants": [{"actions": ["read", "write", "export"], "types": ["*"]}]}),
]  # fmt: skip


def draw(documents: list[tuple[str, dict[str, Any]]]) -> None:
    placed = [
        drawing.Placed(kind, d["code"], BOTH[kind].model_validate(d).document(), "tests", "city")
        for kind, d in documents
    ]
    drawing.replace(placed, [], actor="tests", summary={})


@pytest.fixture
def city(db: None) -> None:
    draw(DOCUMENTS)


@pytest.fixture
def police() -> Actor:
    return Actor("person", "wang", roles=("police",), department="police", purpose="household check")


@pytest.fixture
def developer() -> Actor:
    return Actor("person", "li", roles=("developer",), department="it", purpose="test")


def person(number: int, **attrs: Any) -> dict[str, Any]:
    values = {"name": f"王小明{number}", "region": "230102001000", **attrs}
    return {name: {"type": "Property", "value": value} for name, value in values.items()}
