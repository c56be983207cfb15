"""What a person asks to correct comes back with the department's next delivery."""

# ruff: noqa: F811

from __future__ import annotations

import io

import pytest

from fusion.test_corrections import CLERK, OTHER, PDF, ask, citizen, contested
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality
from toytown import TOYTOWN, Run, toytown, toytown_run  # noqa: F401

pytestmark = pytest.mark.django_db


def deliver(old: str, new: str) -> int:
    """The department's next delivery, with one text of the last one changed."""
    text = (TOYTOWN / "data" / "household_register.csv").read_bytes().decode("gb18030")
    data = text.replace(old, new, 1).encode("gb18030")
    given = exchange.receive(SYSTEM, "police.household_register", "next.csv", io.BytesIO(data))
    return quality.check(exchange.land(given.id).id).id


def test_from_the_person_to_the_source_and_back(toytown_run: Run) -> None:
    me = citizen()
    asked = ask(me, evidence=("户口本.pdf", PDF))
    assert (asked.state, asked.department, asked.resource) == ("open", "police", "police.household_register")
    assert asked.by_person
    assert 10 <= (asked.due_at - asked.asked_at).days <= 30
    assert contested(me, me.person)
    assert [c.number for c in fusion.corrections(CLERK)] == [asked.number]
    assert fusion.corrections(OTHER) == []
    assert fusion.correction_evidence(CLERK, asked.number).content == PDF
    fusion.answer_correction(CLERK, asked.number, "accept", words="已在户籍系统更正")
    fusion.fuse("population")
    assert fusion.correction(me, asked.number).state == "accepted"
    assert contested(me, me.person)
    number = deliver("1984-07-28,汉族", "1984-07-28,回族")
    fusion.fuse("population")
    done = fusion.correction(me, asked.number)
    assert (done.state, done.delivery) == ("done", number)
    assert [s.act for s in done.stages] == ["asked", "accepted", "done"]
    assert not contested(me, me.person)
