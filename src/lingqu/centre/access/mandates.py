"""Who acts for whom now: by what the registers say, and by mandates. Asked anew for every request."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import actors, ledger, passes
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Mandate
from lingqu.centre.access.represented import DOES, Represented, Scope
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text

CHOSEN = "on_behalf"
"""Key of the session: id of the entity that pages act for."""
_KEPT = "_lingqu_behalf"
MOST = 500

_WHOM = """
select represented, type, label, rule, null::bigint, null::text[], null::text[], until from access_representation
where representative = %(person)s and (until is null or until > statement_timestamp())
  and (%(one)s = '' or represented = %(one)s)
union all
select m.entity, m.entity_type, m.label, 'mandate', m.number, m.does, m.services, m.ends
from access_mandate m join access_account g on g.username = m.giver
where m.taker = %(name)s and m.accepted_at is not null and m.ended_at is null
  and m.begins <= statement_timestamp() and m.ends > statement_timestamp()
  and (%(one)s = '' or m.entity = %(one)s) and m.entity <> %(person)s
  and g.is_active and (g.valid_until is null or g.valid_until > statement_timestamp()) and g.person = m.giver_person
  and (m.giver_person = m.entity or guard.represents(m.giver_person, m.entity))
order by 5 nulls first, 3, 1
limit %(most)s
"""


def represented(actor: Actor, one: str = "") -> list[Represented]:
    """See ``door.represented``."""
    if actor.kind != "person" or actor.account_id is None:
        return []
    given: dict[str, Any] = {"person": actor.person, "name": actor.name, "one": one[:200], "most": MOST}
    with passes.working_for(lambda: replace(actor, behalf=None)), connection.cursor() as cursor:
        cursor.execute(_WHOM, given)
        rows = cursor.fetchall()
    found: dict[str, Represented] = {}
    for entity, kind, label, basis, number, does, services, until in rows:
        scope = Scope(basis, tuple(does or DOES), tuple(services or ()), until, number)
        known = found.get(entity)
        found[entity] = Represented(entity, kind, label, (*known.scopes, scope) if known else (scope,))
    return list(found.values())


def one(actor: Actor, entity: str) -> Represented | None:
    found = represented(actor, entity) if entity else []
    return found[0] if found else None


def actor_of(request: Any) -> Actor:
    """See ``door.actor_of``: of people on pages with whom they act for."""
    found = actors.actor_of(request)
    chosen = _chosen(request)
    if not chosen or found.kind != "person" or actors.by_credential(request):
        return found
    kept = getattr(request, _KEPT, None)
    if kept is None or kept[0] != (found.account_id, chosen):
        kept = ((found.account_id, chosen), one(found, chosen))
        setattr(request, _KEPT, kept)
    return replace(found, behalf=kept[1]) if kept[1] else found


def _chosen(request: Any) -> str:
    session = getattr(request, "session", None)
    return str(session.get(CHOSEN, ""))[:200] if session is not None else ""


def lost(request: Any) -> bool:
    """Whether the session acts for somebody for whom it may not any more."""
    return bool(_chosen(request)) and actor_of(request).behalf is None


def choose(request: Any, entity: str) -> Represented | None:
    """See ``door.choose``."""
    actor = replace(actors.actor_of(request), behalf=None)
    if not entity:
        request.session.pop(CHOSEN, None)
        return None
    found = one(actor, entity)
    if found is None:
        raise refusal(actor, entity)
    request.session[CHOSEN] = entity
    ledger.record(replace(actor, behalf=found), "login", detail={"what": "acts for", "basis": found.basis})
    return found


def require(actor: Actor, entity: str, does: str = "", service: str = "") -> Represented:
    """See ``door.require_represents``."""
    found = one(actor, entity)
    if found is None or not found.may(does, service):
        raise refusal(actor, entity, does, service)
    return found


def refusal(actor: Actor, entity: str, does: str = "", service: str = "") -> Refused:
    """Nothing is told of whether there is such an entity, or who acts for it."""
    detail = {"rule": "access.represents", "place": entity[:200], "does": does, "service": service}
    ledger.record(actor, "refused", detail=detail)
    return Refused(
        "access.represents",
        Text(zh="您不能代其办理此事", en="You may not do this in that name"),
        place=entity[:200],
        next_step=Text(
            zh="在“代办与授权”查看您能代谁办事，或请对方授权",
            en="See under Acting for others whom you act for, or ask for a mandate",
        ),
        recorded=True,
    )


@dataclass(frozen=True)
class Given:
    """A mandate. ``state``: offered, refused, coming, living, over, ended, idle (its giver may give it no more)."""

    number: int
    entity: str
    entity_type: str
    label: str
    giver: str
    giver_name: str
    taker: str
    taker_name: str
    does: tuple[str, ...]
    services: tuple[str, ...]
    words: str
    begins: datetime
    ends: datetime
    created_at: datetime
    accepted_at: datetime | None
    refused_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    state: str

    @property
    def open(self) -> bool:
        return self.state in ("offered", "coming", "living", "idle")


_FIELDS = [each.name for each in fields(Given)]
_SEEN = """
select m.number, m.entity, m.entity_type, m.label, m.giver, coalesce(g.display_name, ''), m.taker,
       case when m.accepted_at is not null then coalesce(t.display_name, '') else '' end, m.does, m.services, m.words,
       m.begins, m.ends, m.created_at, m.accepted_at, m.refused_at, m.ended_at, m.ended_by,
       coalesce(g.is_active and g.person = m.giver_person, false)
         and (m.giver_person = m.entity or guard.represents(m.giver_person, m.entity))
from access_mandate m left join access_account g on g.username = m.giver
                      left join access_account t on t.username = m.taker
where (m.giver = %(name)s or m.taker = %(name)s
       or (%(person)s <> '' and (m.entity = %(person)s or guard.represents(%(person)s, m.entity))))
  and (%(entity)s = '' or m.entity = %(entity)s)
order by m.number desc limit %(most)s
"""


def mandates(actor: Actor, entity: str = "") -> list[Given]:
    """See ``door.mandates``."""
    if actor.kind != "person":
        return []
    given: dict[str, Any] = {"name": actor.name, "person": actor.person, "entity": entity, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, given)
        return [_given(row) for row in cursor.fetchall()]


def _given(row: Any) -> Given:
    told: list[Any] = list(row[:-1])
    standing = bool(row[-1])
    told[8], told[9] = tuple(told[8]), tuple(told[9])
    return Given(**dict(zip(_FIELDS, [*told, _state(told, standing)], strict=True)))


def _state(told: list[Any], standing: bool) -> str:
    begins, ends, _, accepted, refused, ended = told[11:17]
    now = timezone.now()
    if ended is not None:
        return "ended"
    if refused is not None:
        return "refused"
    if ends <= now:
        return "over"
    if accepted is None:
        return "offered"
    if not standing:
        return "idle"
    return "living" if begins <= now else "coming"


def locked(number: int) -> Mandate | None:
    return Mandate.objects.select_for_update().filter(number=number).first()


def missing(actor: Actor, number: int) -> NotFound:
    ledger.record(actor, "refused", detail={"rule": "access.mandate", "mandate": number})
    return NotFound(
        "access.mandate",
        Text(zh="没有这项授权", en="There is no such mandate"),
        place=str(number),
        next_step=Text(zh="在“代办与授权”查看您给出和得到的授权", en="See your mandates under Acting for others"),
        recorded=True,
    )
