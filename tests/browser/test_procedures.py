"""Cases on the desk, by everybody: a narrow phone, both languages, a screen reader; a step finished by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.test_my_data import looked_through, signed_in
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PACK = Path(__file__).parents[2] / "src" / "lingqu_sectors" / "enterprise_founding" / "procedures"
TASKS = ("accept", "market", "seal", "tax", "insurance", "fund", "remind", "issue")


@pytest.fixture(scope="module")
def case(town: Town) -> Iterator[int]:
    """The founding of a firm, all of whose steps are the demo clerk's."""
    variables = {"complete": "材料齐全", "registered": "准予登记", "tax": "税务", "outcome": "结论"}
    answers = {"accept": ["complete"], "market": ["registered"], "tax": ["tax"]}
    procedure = door.Procedure.model_validate(
        {
            "code": "founding",
            "title": {"zh": "企业开办", "en": "Founding an enterprise"},
            "department": "civil_affairs",
            "variables": {n: {"title": t, "type": "text" if n == "outcome" else "truth"} for n, t in variables.items()},
            "tasks": {t: {"department": "civil_affairs", "days": 2, "answers": answers.get(t, [])} for t in TASKS},
            "diagram": (PACK / "founding.bpmn").read_text("utf-8"),
            "decisions": [(PACK / "outcome.dmn").read_text("utf-8")],
        }
    )
    placed = drawing.Placed(procedure.kind, procedure.code, procedure.document(), "tests", "city")
    drawing.replace([placed], [], actor="tests", summary={})
    number = door.start(SYSTEM, "founding", title="松江面馆", applicant="li")
    door.complete(SYSTEM, door.case(SYSTEM, number).items[0].id, {"complete": True})
    yield number
    door.withdraw(SYSTEM, number, "")
    drawing.replace([], [(procedure.kind, procedure.code)], actor="tests", summary={})


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
def test_everybody_can_use_it(browser: Browser, server: str, case: int, width: int, language: str) -> None:
    page = signed_in(browser, server, width, language, "clerk")
    addresses = ["/stewardship/cases/", "/stewardship/cases/?mine=1", f"/stewardship/cases/{case}/"]
    assert looked_through(page, addresses, width) == []


def test_a_step_is_finished_by_keyboard(browser: Browser, server: str, case: int) -> None:
    page = signed_in(browser, server, 1280, "zh-CN", "clerk")
    page.goto(f"/stewardship/cases/{case}/")
    assert page.locator("svg .is-waiting").count() == 5
    card = page.locator("section.card", has_text="设立登记")
    card.get_by_role("button", name="认领").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已记录")
    card.locator("summary").first.press("Enter")
    card.get_by_label("是", exact=True).press("Space")
    card.get_by_role("button", name="办结本步").press("Enter")
    expect(page.locator("svg .is-waiting")).to_have_count(4)
    page.context.close()
