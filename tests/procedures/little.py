"""A small city with one procedure of five steps, three in parallel. Import its fixture into a test module::

from procedures.little import bureau  # noqa: F401
"""

from __future__ import annotations

from typing import Any

import pytest

from lingqu.centre.access.definitions import Role
from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door, store
from lingqu.centre.procedures.definitions import Procedure
from procedures.diagrams import APPROVAL

APPLICANT = Actor("person", "li", roles=("applicant",))
OTHER = Actor("person", "zhao", roles=("applicant",))


def clerk(department: str, name: str = "") -> Actor:
    return Actor("person", name or f"{department}-clerk", roles=("clerk",), department=department)


LEAD = clerk("market")
DOCUMENT: dict[str, Any] = {
    "code": "licence",
    "title": "许可",
    "department": "market",
    "days": 10,
    "variables": {
        "approved": {"title": "准予", "type": "truth"},
        "area": {"title": "面积", "type": "number"},
        "note": {"title": "意见", "type": "text"},
    },
    "tasks": {
        "accept": {"department": "market", "days": 1},
        "a": {"department": "police", "days": 3},
        "b": {"department": "taxation", "days": 3, "answers": ["note"]},
        "c": {"department": "housing", "days": 3},
        "decide": {"department": "market", "days": 2, "answers": ["approved"], "returns": False},
    },
    "diagram": APPROVAL,
}


def put(*documents: dict[str, Any]) -> None:
    definitions: list[Any] = [
        *(Department.model_validate({"code": c, "title": c}) for c in ("market", "police", "taxation", "housing")),
        Role.model_validate(
            {"code": "clerk", "title": "经办", "grants": [{"actions": ["handle"], "rows": "own_department"}]}
        ),
        Role.model_validate({"code": "applicant", "title": "申请人"}),
        *(Procedure.model_validate(document) for document in documents),
    ]
    placed = [drawing.Placed(d.kind, d.code, d.document(), "tests", "city") for d in definitions]
    drawing.replace(placed, [], actor="tests", summary={})


@pytest.fixture
def bureau(db: None) -> None:
    store.forget()
    put(DOCUMENT)


def items(case: int, *nodes: str) -> dict[str, door.Item]:
    """Open items of a case by node."""
    found = door.case(LEAD, case).items
    return {i.node: i for i in found if i.state in store.OPEN and (not nodes or i.node in nodes)}


def do(case: int, node: str, **answers: Any) -> None:
    item = items(case)[node]
    door.complete(clerk(item.department), item.id, answers)


def through(case: int, approved: bool = True) -> None:
    do(case, "accept")
    for node in "acb":
        do(case, node, **({"note": "无"} if node == "b" else {}))
    do(case, "decide", approved=approved)
