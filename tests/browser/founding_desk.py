"""The founding of a firm with all of its steps in one department, for browsers to walk through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door

CODE = "founding"
PACK = Path(__file__).parents[2] / "src" / "lingqu_sectors" / "enterprise_founding" / "procedures"
TASKS = ("accept", "market", "seal", "tax", "insurance", "fund", "remind", "issue")
_VARIABLES = {"complete": "材料齐全", "registered": "准予登记", "tax": "税务", "outcome": "结论"}
_ANSWERS = {"accept": ["complete"], "market": ["registered"], "tax": ["tax"]}


@contextmanager
def placed(**more: Any) -> Iterator[None]:
    """In the drawing, all steps the demo clerk's; ``more`` of the definition."""
    kinds = {name: "text" if name == "outcome" else "truth" for name in _VARIABLES}
    procedure = door.Procedure.model_validate(
        {
            "code": CODE,
            "title": {"zh": "企业开办", "en": "Founding an enterprise"},
            "department": "civil_affairs",
            "variables": {name: {"title": title, "type": kinds[name]} for name, title in _VARIABLES.items()},
            "tasks": {t: {"department": "civil_affairs", "days": 2, "answers": _ANSWERS.get(t, [])} for t in TASKS},
            "diagram": (PACK / "founding.bpmn").read_text("utf-8"),
            "decisions": [(PACK / "outcome.dmn").read_text("utf-8")],
            **more,
        }
    )
    one = drawing.Placed(procedure.kind, procedure.code, procedure.document(), "tests", "city")
    drawing.replace([one], [], actor="tests", summary={})
    yield
    drawing.replace([], [(procedure.kind, procedure.code)], actor="tests", summary={})
