"""What the editor of diagrams asks: a try-run, where a fault stands, what changed, tables as rows, a plain drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.procedures import door
from lingqu.centre.procedures.designing import Move, Table, TableRow
from lingqu.centre.procedures.door import Procedure, designing
from lingqu.kernel.errors import Conflict, Invalid
from procedures.little import DOCUMENT

PACK = Path(__file__).parents[2] / "src" / "lingqu_sectors" / "enterprise_founding" / "procedures"
LICENCE = Procedure.model_validate(DOCUMENT)


def changed(**more: Any) -> Procedure:
    return Procedure.model_validate({**DOCUMENT, **more})


def test_a_try_run_goes_as_a_case_would() -> None:
    first = designing.trial(LICENCE, {"area": 20}, [])
    assert list(first.waiting.values()) == ["accept"]
    assert first.asks == ("area",)
    moves = [Move(next(iter(first.waiting)))]
    split = designing.trial(LICENCE, {}, moves)
    assert sorted(split.waiting.values()) == ["a", "b", "c"]
    by_node = {node: token for token, node in split.waiting.items()}
    with pytest.raises(Invalid, match=r"procedures\.answers"):
        designing.trial(LICENCE, {}, [*moves, Move(by_node["b"])])
    moves += [Move(by_node["a"]), Move(by_node["b"], {"note": "无"}), Move(by_node["c"])]
    decide = designing.trial(LICENCE, {}, moves)
    [token] = decide.waiting
    for approved, end in ((True, "granted"), (False, "refused")):
        done = designing.trial(LICENCE, {}, [*moves, Move(token, {"approved": approved})])
        assert (done.ended, done.waiting) == (end, {})
    with pytest.raises(Conflict):
        designing.trial(LICENCE, {}, [Move(99)])
    with pytest.raises(Invalid, match=r"procedures\.moves"):
        designing.trial(LICENCE, {}, [Move(1)] * 201)


def test_a_timer_goes_off_in_a_try_run() -> None:
    founding = Procedure.model_validate(
        {
            **DOCUMENT,
            "variables": {
                n: {"title": n, "type": "text" if n == "outcome" else "truth"}
                for n in ("complete", "registered", "tax", "outcome")
            },
            "tasks": {
                t: {"department": "market", "answers": ["complete"] if t == "accept" else []}
                for t in ("accept", "market", "seal", "tax", "insurance", "fund", "remind", "issue")
            },
            "diagram": (PACK / "founding.bpmn").read_text("utf-8"),
            "decisions": [(PACK / "outcome.dmn").read_text("utf-8")],
        }
    )
    moves = [Move(1, {"complete": True})]
    at = {node: token for token, node in designing.trial(founding, {}, moves).waiting.items()}
    late = designing.trial(founding, {}, [*moves, Move(at["tax"], boundary="late")])
    assert {"remind", "tax"} <= set(late.waiting.values())


def test_a_faulty_diagram_is_not_tried() -> None:
    with pytest.raises(Invalid, match=r"procedures\.diagram"):
        designing.trial(changed(diagram="<definitions/>"), {}, [])
    with pytest.raises(Invalid, match=r"procedures\.diagram"):
        designing.trial(changed(tasks={}), {}, [])


def test_a_fault_is_found_at_its_element() -> None:
    text = DOCUMENT["diagram"].replace("approved = true", "nobody = true")
    with pytest.raises(door.Faulty) as told:
        door.plan_of(changed(diagram=text))
    assert [designing.element_at(text, fault.line or 0) for fault in told.value.faults] == ["yes"]
    assert designing.element_at("<", 1) == ""


def test_what_changed_is_named() -> None:
    assert designing.compare(LICENCE, LICENCE) == designing.Compared()
    renamed = (
        DOCUMENT["diagram"]
        .replace('id="a"/>', 'id="a" name="核查"/>')
        .replace('<endEvent id="granted"', "<!---->\n<endEvent id='granted'")
    )
    assert designing.compare(LICENCE, changed(diagram=renamed)).changed == ("a",)
    tasks = {**DOCUMENT["tasks"], "b": {**DOCUMENT["tasks"]["b"], "days": 9}}
    assert designing.compare(LICENCE, changed(tasks=tasks)).changed == ("b",)
    assert len(designing.compare(None, LICENCE).added) == 23
    assert designing.compare(LICENCE, changed(diagram="<no")).removed[0] == "start"


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(cells, cells, cells), max_size=5), st.sampled_from(["UNIQUE", "FIRST"]), cells)
def test_tables_come_back_as_they_were(rows: list[tuple[str, str, str]], hit: Any, title: str) -> None:
    table = Table(
        id="fee",
        title=title or "费用",
        hit=hit,
        inputs=("area", "kind"),
        outputs=("fee",),
        rows=tuple(TableRow(tests=(a, b), gives=(c,)) for a, b, c in rows),
    )
    assert designing.tables_of(designing.text_of([table, table.model_copy(update={"id": "other"})], "t"))[0] == table


def test_a_pack_s_table_is_read() -> None:
    [table] = designing.tables_of((PACK / "outcome.dmn").read_text("utf-8"))
    assert (table.id, table.hit, table.inputs, table.outputs) == (
        "outcome",
        "FIRST",
        ("registered", "tax"),
        ("outcome",),
    )
    assert [row.gives for row in table.rows] == [('"issue"',), ('"refuse"',)]


def test_a_diagram_without_a_drawing_gets_one() -> None:
    made = designing.drawn(DOCUMENT["diagram"])
    plan = door.plan_of(changed(diagram=made))
    assert set(plan.boxes) == set(plan.nodes)
    assert set(plan.lines) == set(plan.flows)
    assert designing.drawn(made) == made
    assert designing.drawn("<no") == "<no"
    assert door.plan_of(LICENCE).nodes.keys() == plan.nodes.keys()
