"""Whose requests and agreements somebody may see and act on: the two sides', and all for the information centre."""

from __future__ import annotations

from django.db.models import Q

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


def oversees(actor: access.Actor) -> bool:
    """Whether it is the information centre that acts: it checks requests, watches the clocks and sees all."""
    return access.may(actor, "steward", owner=clocks.rules().steward)


def departments(actor: access.Actor) -> list[str]:
    """The departments in whose name the actor may act."""
    hands = hand_of(actor)
    return [code for code in drawing.every(Department) if code in hands and access.may(actor, "steward", owner=code)]


def hand_of(actor: access.Actor) -> set[str]:
    """The actor's own department, and those whose roles others lent."""
    return {actor.department, *(lent.department for lent in actor.lent)} - {""}


def acts_for(actor: access.Actor, department: str) -> bool:
    return actor.kind == "system" or (department in hand_of(actor) and access.may(actor, "steward", owner=department))


def sees(actor: access.Actor, consumer: str, provider: str) -> bool:
    return oversees(actor) or acts_for(actor, consumer) or acts_for(actor, provider)


def seen(actor: access.Actor) -> Q:
    """The same as a condition over requests or agreements."""
    if oversees(actor):
        return Q()
    mine = departments(actor)
    return Q(consumer__in=mine) | Q(provider__in=mine)


def require_for(actor: access.Actor, department: str, place: str) -> None:
    """Raises ``Refused`` (``sharing.side``) where the actor does not act for this department; the ledger has it."""
    if not acts_for(actor, department):
        raise not_theirs(actor, place, department)


def not_theirs(actor: access.Actor, place: str, department: str = "") -> Refused:
    """One refusal for what is another department's and for what is not there: numbers are not to be guessed."""
    access.record(actor, "refused", detail={"rule": "sharing.side", "place": place, "department": department})
    title = drawing.every(Department).get(department)
    name = title.title if title else Text(zh="本部门", en="your department")
    return Refused(
        "sharing.side",
        Text(
            zh=f"“{place}”只能由{name.zh}办理，其他部门不能查看或处理" if department else f"“{place}”不是贵部门的事项",
            en=f"{place} is for {name.en} to act on" if department else f"{place} is not of your department",
        ),
        place=place,
        owner=department or clocks.rules().steward,
        next_step=Text(
            zh="请本部门经办人办理，或联系市大数据中心", en="Ask a clerk of that department, or the information centre"
        ),
    )
