"""Verify without revealing: whether what is claimed of somebody is so, answered per item and never with the value.

All of a batch is one query for the persons, one for the values tried and one ledger row; what is answered of one claim
does not depend on the others, but for the number of different values that a day allows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import claims as reading
from lingqu.centre.entities.claims import Answer, Claim, Ready, Test, Verified
from lingqu.centre.entities.shapes import plain
from lingqu.centre.entities.values import moment

TRIES = 5
"""Different values of one item of one person that are answered under one agreement in a day."""


@dataclass(frozen=True)
class Found:
    """A person of the store. ``held``: what lets the actor ask; empty where nothing does."""

    id: str
    attrs: Mapping[str, Any]
    prov: Mapping[str, Any]
    contested: tuple[str, ...]
    modified: date
    held: tuple[access.Held, ...]


def verify(actor: Actor, entity_type: str, claims: Sequence[Claim]) -> list[Verified]:
    """See ``door.verify``. What agreements grant is asked for once: the call is short."""
    with access.held(), transaction.atomic():
        return _verify(actor, entity_type, claims)


def _verify(actor: Actor, entity_type: str, claims: Sequence[Claim]) -> list[Verified]:
    ready = reading.read(entity_type, claims)
    access.require_verify(actor, entity_type, sorted({t.attribute for r in ready for t in r.tests}))
    found = _look_up(actor, entity_type, ready)
    _count_use(actor, ready, found)
    over = _tried(actor, entity_type, ready, found)
    asked = _asked(actor, entity_type, ready, found)
    answers = [_answered(entity_type, one, found[n], over, asked) for n, one in enumerate(ready)]
    _record(actor, entity_type, ready, found, answers)
    return answers


def unknown(key: str) -> str:
    """Who stands for a person that the register does not know: consent is asked of them like of anybody, so that
    nobody learns from it who is in the register."""
    return "urn:lingqu:unknown:" + salted_hmac("lingqu.unknown", key, algorithm="sha256").hexdigest()


def persons(actor: Actor, entity_type: str, who: Sequence[Mapping[str, Any]]) -> list[str]:
    """For each the id of the one person so identified, or who stands for nobody."""
    access.visible(actor, "verify")  # what is asked next goes out under the pass of this actor
    forms = [reading.identifying(entity_type, one, f"persons[{n}]") for n, one in enumerate(who)]
    wanted = [(n, d) for n, form in enumerate(forms) for d in reading.documents(entity_type, form)]
    statement = sql.SQL(_PERSONS).format(columns=sql.SQL("e.id"))
    ids: dict[int, set[str]] = defaultdict(set)
    for n, entity_id in _asked_for(statement, entity_type, wanted, {}):
        ids[n].add(entity_id)
    return [next(iter(ids[n])) if len(ids[n]) == 1 else unknown(reading.key(form)) for n, form in enumerate(forms)]


_PERSONS = """
with asked as materialized (select * from unnest(%(n)s::int[], %(document)s::jsonb[]) as a (claim, document)),
found as materialized (
    select distinct a.claim, f.entity_id from asked a cross join lateral (
        select id as entity_id from entity where attrs @> a.document and type = %(entity_type)s
        and (expires_at is null or expires_at > now()) limit 3
    ) f
)
select found.claim, {columns} from found join entity e on e.id = found.entity_id
"""
_GRANTED = """
with asked as materialized (select * from unnest(%(n)s::int[], %(document)s::jsonb[]) as a (claim, document)),
found as materialized (
    select distinct a.claim, f.entity_id from asked a cross join lateral (
        select id as entity_id from entity where attrs @> a.document and type = %(entity_type)s
        and (expires_at is null or expires_at > now()) limit 3
    ) f
), ids as (select distinct entity_id from found)
select (select array_agg(claim) from found where found.entity_id = entity.id), id, owner, region, attrs, prov,
       contested, modified_at, {granted}, {reached}
from entity where id in (select entity_id from ids)
"""


def _asked_for(
    statement: sql.Composable,
    entity_type: str,
    wanted: Iterable[tuple[int, Mapping[str, Any]]],
    more: Mapping[str, Any],
) -> list[Any]:
    pairs = list(wanted)
    parameters: dict[str, Any] = {
        "n": [n for n, _ in pairs],
        "document": [orjson.dumps(d).decode() for _, d in pairs],
        "entity_type": entity_type,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, {**more, **parameters})
        return list(cursor.fetchall())


def _look_up(actor: Actor, entity_type: str, ready: Sequence[Ready]) -> list[list[Found]]:
    """For each claim whom its identifiers name: nobody, somebody, or by mistake several."""
    granted, parameters = access.visible(actor, "verify")
    reached, more = access.reached(actor, "verify")
    statement = sql.SQL(_GRANTED).format(granted=granted, reached=reached or sql.SQL("array[]::int[]"))
    wanted = [(n, d) for n, one in enumerate(ready) for d in one.documents]
    found: list[list[Found]] = [[] for _ in ready]
    opened: dict[tuple[Any, ...], tuple[access.Held, ...]] = {}
    for numbers, entity_id, owner, region, attrs, prov, contested, modified, may, by in _asked_for(
        statement, entity_type, wanted, {**parameters, **more}
    ):
        key = (owner, region, entity_id if entity_id in actor.selves else "-", tuple(by))
        if may and key not in opened:
            opened[key] = tuple(access.verifying(actor, entity_type, *key))
        day = timezone.localtime(modified).date()
        one = Found(
            entity_id, orjson.loads(attrs), orjson.loads(prov), tuple(contested), day, opened[key] if may else ()
        )
        for n in numbers:
            found[n].append(one)
    return found


def _open(found: Sequence[Found]) -> Found | None:
    """The person, where it is one and somebody may ask about them."""
    return found[0] if len(found) == 1 and found[0].held else None


def _answered(
    entity_type: str,
    ready: Ready,
    found: Sequence[Found],
    over: set[tuple[str, str]],
    asked: Mapping[str, access.Consented],
) -> Verified:
    reference, one = ready.claim.reference, _open(found)
    if one is None:
        consent = asked.get(found[0].id if len(found) == 1 else unknown(ready.key))
        if consent is None or consent.state == "given":
            return Verified(reference, "no_authorisation")
        moment_ = consent.withdrawn_at or consent.refused_at or (consent.until if consent.state == "over" else None)
        return Verified(
            reference, f"consent_{consent.state}", since=f"{timezone.localtime(moment_):%Y-%m-%d}" if moment_ else ""
        )
    if not all(access.verifies(one.held, entity_type, t.attribute) for t in ready.tests):
        return Verified(reference, "no_authorisation")
    if any((one.id, t.attribute) in over for t in ready.tests):
        return Verified(reference, "too_many_values")
    return Verified(reference, "answered", {t.attribute: _answer(t, one) for t in ready.tests})


def _answer(test: Test, one: Found) -> Answer:
    source = one.prov.get(test.attribute)
    source = source if isinstance(source, Mapping) else {}
    told = moment(source.get("t"))
    as_of = timezone.localtime(told).date() if told else one.modified
    value = plain(one.attrs.get(test.attribute))
    values = value if isinstance(value, list) else [] if value is None else [value]
    said = str(source.get("s", ""))
    if test.operation == "has":
        return Answer("match" if bool(values) == test.value else "no_match", said, as_of)
    if not values:
        return Answer("cannot_say", reason="no_value")
    if test.attribute in one.contested:
        return Answer("cannot_say", said, as_of, "disputed")
    answers = {_any(test, values), *(_any(test, [x.get("v")]) for x in source.get("lost", []))}
    if len(answers) > 1:
        return Answer("cannot_say", said, as_of, "disputed")
    [result] = answers
    if result is None:
        return Answer("cannot_say", said, as_of, "not_comparable")
    return Answer("match" if result else "no_match", said, as_of)


def _any(test: Test, values: Sequence[Any]) -> bool | None:
    answers = [test.of(value) for value in values]
    return True if True in answers else None if None in answers else False


def _count_use(actor: Actor, ready: Sequence[Ready], found: Sequence[Sequence[Found]]) -> None:
    """Claims that only what is counted opens count against its quota. Raises Refused (``access.quota``)."""
    used: dict[str, tuple[int, int | None]] = {}
    for n in range(len(ready)):
        one = _open(found[n])
        if one is not None and all(h.meter for h in one.held):
            first = one.held[0]
            used[first.meter] = (used.get(first.meter, (0, None))[0] + 1, first.grant.quota)
    if used:
        access.use(actor, used)


_TRY = """
with asked as (
    select distinct by_whom, what, value from unnest(%(by)s::text[], %(what)s::bytea[], %(value)s::bytea[])
    as a (by_whom, what, value)
), kept as (
    insert into entity_tried (day, by_whom, what, value) select %(day)s, by_whom, what, value from asked
    order by by_whom, what, value on conflict do nothing returning by_whom, what, value
), before as (
    select t.by_whom, t.what, t.value from entity_tried t
    where t.day = %(day)s and (t.by_whom, t.what) in (select by_whom, what from asked)
)
select what from (select by_whom, what, value from kept union select by_whom, what, value from before) as all_tried
group by by_whom, what having count(*) > %(tries)s
"""


def _tried(
    actor: Actor, entity_type: str, ready: Sequence[Ready], found: Sequence[Sequence[Found]]
) -> set[tuple[str, str]]:
    """Keep which values were tried, and give (person, attribute) of which too many were. Who guesses is alerted on."""
    names: dict[bytes, tuple[str, str]] = {}
    by, what, value = [], [], []
    for n, one in enumerate(ready):
        person = _open(found[n])
        if person is None:
            continue
        whom = person.held[0].agreement or actor.name
        for test in one.tests:
            digest = _digest("what", f"{person.id}\n{test.attribute}")
            names[digest] = (person.id, test.attribute)
            by.append(whom)
            what.append(digest)
            value.append(_digest("value", f"{person.id}\n{test.attribute}\n{test.said}"))
    if not by:
        return set()
    given: dict[str, Any] = {"by": by, "what": what, "value": value, "day": timezone.localdate(), "tries": TRIES}
    with connection.cursor() as cursor:
        cursor.execute(_TRY, given)
        over = {names[bytes(row[0])] for row in cursor.fetchall()}
    if over:
        ids, attributes = sorted({p for p, _ in over}), sorted({a for _, a in over})
        detail = {"rule": "verify.guesses", "agreement": actor.agreement, "a_day": TRIES}
        for act in ("alert", "refused"):
            access.record(
                actor,
                act,
                entity_type=entity_type,
                entity_ids=ids,
                attributes=attributes,
                detail=detail,  # type: ignore[arg-type]
            )
    return over


def _digest(salt: str, text: str) -> bytes:
    return salted_hmac(f"lingqu.verify.{salt}", text, algorithm="sha256").digest()


def _asked(
    actor: Actor, entity_type: str, ready: Sequence[Ready], found: Sequence[Sequence[Found]]
) -> Mapping[str, access.Consented]:
    """Consents of those whom nothing opens."""
    closed = [
        found[n][0].id if len(found[n]) == 1 else unknown(one.key)
        for n, one in enumerate(ready)
        if _open(found[n]) is None
    ]
    return access.consented(actor, entity_type, closed) if closed else {}


def _record(
    actor: Actor,
    entity_type: str,
    ready: Sequence[Ready],
    found: Sequence[Sequence[Found]],
    answers: Sequence[Verified],
) -> None:
    """One row for what was answered, and one for whom nothing was answered: both name the persons, so that these see
    it."""
    told = [found[n][0] for n, a in enumerate(answers) if a.state == "answered"]
    closed = sorted({f.id for n, a in enumerate(answers) if a.state != "answered" for f in found[n]})
    states = Counter(a.state for a in answers)
    attributes = sorted({t.attribute for one in ready for t in one.tests})
    if told:
        agreements = sorted({h.agreement for one in told for h in one.held[:1] if h.agreement})
        bases = sorted({h.basis or "" for one in told for h in one.held[:1]} - {""})
        results = Counter(item.result for a in answers for item in a.items.values())
        detail = {"answers": results, "claims": len(ready), "agreements": agreements, "bases": bases}
        ids = list(dict.fromkeys(one.id for one in told))
        access.record(
            actor, "verify", entity_type=entity_type, entity_ids=ids, attributes=attributes, count=len(told),
            detail=detail, basis="；".join(bases),
        )  # fmt: skip
    if len(told) < len(ready):
        states.pop("answered", None)
        detail = {"rule": "verify.no_authorisation", "action": "verify", "states": states, "agreement": actor.agreement}
        access.record(
            actor, "refused", entity_type=entity_type, entity_ids=closed, attributes=attributes,
            count=len(ready) - len(told), detail=detail,
        )  # fmt: skip
