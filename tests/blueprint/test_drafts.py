"""Drafts of definitions: saved without losing another's work, published by two, and never by a page alone."""

# ruff: noqa: F811

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from psycopg import errors

from access.offices import somebody
from lingqu.blueprint.door import apply, export, load, plan
from lingqu.blueprint.drafts import publishing, standing, store
from lingqu.blueprint.models import Draft
from lingqu.centre.access import passes
from lingqu.centre.access.definitions import Role
from lingqu.centre.access.door import SYSTEM, Actor, administration
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, do  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
GRANTS: dict[str, list[dict[str, Any]]] = {
    "steward": [{"actions": ["steward"]}],
    "officer": [{"actions": ["steward", "apply"]}],
    "own": [{"actions": ["steward"], "rows": "own_department"}],
}
As = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def two(bureau: None) -> tuple[Actor, Actor]:
    roles = [Role.model_validate({"code": c, "title": c, "grants": g}) for c, g in GRANTS.items()]
    placed = [drawing.Placed(r.kind, r.code, r.document(), "tests", "city") for r in roles]
    drawing.replace(placed, [], actor="tests", summary={})
    return somebody("su", ["steward"], "market"), somebody("cheng", ["officer"], "market")


def changed(actor: Actor, number: int, **more: Any) -> int:
    draft = store.one(actor, number)
    return store.save(actor, number, draft.version, {**draft.document, **more})


def seconded(su: Actor, cheng: Actor, number: int) -> None:
    draft = store.one(su, number)
    administration.second(cheng, publishing.propose(su, number, draft.version, "as agreed on Monday"))


def test_published_by_two_a_case_begins_by_it_and_the_old_one_goes_on(two: tuple[Actor, Actor]) -> None:
    su, cheng = two
    old = procedures.start(APPLICANT, "licence")
    number = store.begin(su, "procedure", "licence")
    assert store.begin(cheng, "procedure", "licence") == number
    changed(su, number, days=7)
    before = drawing.revision()
    seconded(su, cheng, number)
    assert drawing.revision() == before
    assert publishing.waiting()
    assert publishing.publish_due() == [number]
    assert store.one(su, number).state == "published"
    assert drawing.revision() == before + 1
    assert procedures.procedures()["licence"].days == 7
    new = procedures.start(APPLICANT, "licence")
    assert procedures.case(LEAD, old).version != procedures.case(LEAD, new).version
    do(old, "accept")
    row = LedgerRow.objects.filter(act="apply").latest("id")
    assert row.actor == "cheng"
    assert row.detail["proposed_by"] == "su"
    assert row.detail["change"] == 1
    assert publishing.publish_due() == []


def test_nobody_publishes_alone(two: tuple[Actor, Actor]) -> None:
    su, cheng = two
    number = store.begin(cheng, "procedure", "licence")
    version = changed(cheng, number, days=7)
    proposal = publishing.propose(cheng, number, version, "quick")
    for other in (cheng, su):
        with pytest.raises((Refused, NotFound)):
            administration.second(other, proposal)
    assert publishing.publish_due() == []
    administration.refuse_proposal(cheng, proposal, "not yet")
    draft = store.one(su, number)
    assert draft.state == "draft"
    assert draft.told is not None
    assert "not yet" in draft.told.en


def test_nobodys_work_is_lost(two: tuple[Actor, Actor]) -> None:
    su, cheng = two
    number = store.begin(su, "procedure", "licence")
    mine = store.one(su, number)
    assert changed(cheng, number, days=7) == 2
    with pytest.raises(Conflict, match="draft_moved"):
        store.save(su, number, mine.version, {**mine.document, "days": 3})
    assert store.one(su, number).document["days"] == 7
    publishing.propose(su, number, 2, "as agreed")
    with pytest.raises(Conflict):
        changed(cheng, number, days=2)


def test_what_is_faulty_is_kept_but_not_proposed(two: tuple[Actor, Actor]) -> None:
    su, _ = two
    number = store.begin(su, "procedure", "licence")
    wrong = DOCUMENT["diagram"].replace("approved = true", "approvd = true")
    version = changed(su, number, diagram=wrong, department="nobody")
    with pytest.raises(Refused):
        publishing.propose(somebody("li", ["own"], "police"), number, version, "mine")
    with pytest.raises(Invalid) as told:
        publishing.propose(su, number, version, "as agreed")
    assert {f.rule for f in told.value.faults} == {"procedures.expression", "blueprint.reference"}


def test_a_department_edits_its_own_procedures_only(two: tuple[Actor, Actor]) -> None:
    mine, other = somebody("an", ["own"], "market"), somebody("qiao", ["own"], "police")
    number = store.begin(mine, "procedure", "licence")
    with pytest.raises(Refused):
        store.one(other, number)
    with pytest.raises(Refused):
        store.begin(other, "procedure", "licence")
    with pytest.raises(Refused):
        changed(mine, number, department="police")
    with pytest.raises(NotFound):
        store.begin(mine, "role", "steward")


def test_a_drawing_that_moved_meanwhile_is_not_overrun(two: tuple[Actor, Actor]) -> None:
    su, cheng = two
    number = store.begin(su, "procedure", "licence")
    changed(su, number, days=7)
    seconded(su, cheng, number)
    other = {**procedures.procedures()["licence"].document(), "days": 5}
    drawing.replace([drawing.Placed("procedure", "licence", other, "tests", "city")], [], actor="x", summary={})
    assert publishing.publish_due() == []
    draft = store.one(su, number)
    assert (draft.state, draft.moved) == ("draft", True)
    store.rebase(su, number, draft.version)
    assert not store.one(su, number).moved
    seconded(su, cheng, number)
    assert publishing.publish_due() == [number]
    assert procedures.procedures()["licence"].days == 7


def test_a_closed_account_seconds_nothing(two: tuple[Actor, Actor]) -> None:
    su, cheng = two
    number = store.begin(su, "procedure", "licence")
    changed(su, number, days=7)
    seconded(su, cheng, number)
    Account.objects.filter(username="cheng").update(is_active=False)
    assert publishing.publish_due() == []
    assert store.one(su, number).state == "draft"


def test_secrets_and_huge_documents_are_refused(two: tuple[Actor, Actor]) -> None:
    su, _ = two
    number = store.begin(su, "procedure", "licence")
    version = changed(su, number, note="password: hunter22")
    assert [f.rule for f in standing.faults("procedure", store.one(su, number).document)] == ["blueprint.secret"]
    with pytest.raises(Invalid, match="too_large"):
        store.save(su, number, version, {**DOCUMENT, "diagram": "x" * 2_100_000})


def test_pages_neither_publish_nor_approve_their_own(two: tuple[Actor, Actor], as_web: As) -> None:
    su, cheng = two
    with as_web():
        with passes.working_for(lambda: su):
            number = store.begin(su, "procedure", "licence")
            version = changed(su, number, days=7)
            for theft in (
                "state = 'published'",
                "state = 'approved', seconded_by = 'cheng'",
                "state = 'proposed', proposed_by = 'cheng'",
                "state = 'proposed', proposed_by = 'su', document = '{}'",
            ):
                with pytest.raises(errors.InsufficientPrivilege), transaction.atomic():
                    _ask(f"update blueprint_draft set {theft} where id = %s", number)
            proposal = publishing.propose(su, number, version, "as agreed")
        with passes.working_for(lambda: APPLICANT):
            assert not Draft.objects.exists()
        with passes.working_for(lambda: cheng):
            administration.second(cheng, proposal)
            with pytest.raises(errors.InsufficientPrivilege), transaction.atomic():
                _ask("update blueprint_draft set document = '{}' where id = %s", number)
    assert publishing.publish_due() == [number]


def _ask(statement: str, *given: Any) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
    except Exception as error:
        raise (error.__cause__ or error) from None


def test_files_that_do_not_know_of_it_undo_it_only_when_told_to(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    su, cheng = two
    city = little(tmp_path)
    assert not apply(SYSTEM, load(city), allow_removal=True).plan.empty
    number = store.begin(su, "procedure", "licence")
    changed(su, number, days=7)
    seconded(su, cheng, number)
    assert publishing.publish_due() == [number]
    with pytest.raises(Conflict, match=r"blueprint\.removal"):
        apply(SYSTEM, load(city))
    exported = export(tmp_path / "out")
    assert "procedures/licence.bpmn" in exported.files
    assert plan(load(tmp_path / "out")).empty
    file = tmp_path / "out" / "procedures" / "licence.yaml"
    file.write_text(file.read_text().replace("days: 7", "days: 6"))
    assert len(apply(SYSTEM, load(tmp_path / "out")).plan.changes) == 1


def little(folder: Path) -> Path:
    """The bureau as a city's folder."""
    city = {"code": "419901", "title": "柳溪", "division": "419901000000"}
    drawing.replace([drawing.Placed("city", "419901", city, "city.yaml", "city")], [], actor="tests", summary={})
    export(folder / "in")
    return folder / "in"


def test_the_order_of_keys_is_kept(two: tuple[Actor, Actor]) -> None:
    su, _ = two
    number = store.begin(su, "procedure", "licence")
    assert list(store.one(su, number).document) == list(procedures.procedures()["licence"].document())
    assert json.loads(Draft.objects.get().document) == procedures.procedures()["licence"].document()
