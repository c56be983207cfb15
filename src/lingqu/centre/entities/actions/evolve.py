"""Bring instances into an entity's history, correct one, strike some. What stands follows: an instance that is newer
than what stands becomes what stands, by the one write path."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import evolution as history
from lingqu.centre.entities import faults, statements
from lingqu.centre.entities.actions.delete import delete
from lingqu.centre.entities.actions.prepare import NULL, prepare
from lingqu.centre.entities.actions.write import write
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import VALUE_KEYS, Draft, Evolution, Instance
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

MOST = 10_000
"""Instances that are brought at once."""

SCOPE = "@scope"
_KEEP = """
insert into entity_instance
    (entity_id, attribute, dataset, instance_id, instance, born_at, known_at, actor, cause)
select %(id)s, a, d, i::uuid, v::jsonb, coalesce(b, at), at, %(actor)s, %(cause)s
from unnest(%(attributes)s::text[], %(datasets)s::text[], %(ids)s::text[], %(instances)s::text[],
            %(born)s::timestamptz[]) as row(a, d, i, v, b)
cross join (select greatest(clock_timestamp(), (select max(modified_at) from entity where id = %(id)s),
                            (select max(known_to) from entity_past where entity_id = %(id)s)) as at) now
"""
_GONE = f"select type, owner, region from ({history.GONE}) gone where id = %(id)s"  # noqa: S608


@dataclass(frozen=True)
class _Row:
    """A row of entity_instance; without an id it strikes."""

    attribute: str | None = None
    dataset: str | None = None
    id: str | None = None
    instance: Mapping[str, Any] | None = None
    born_at: datetime | None = None


@dataclass
class _Standing:
    """What stands, locked; empty where nothing does."""

    id: str
    kind: str = ""
    scopes: tuple[str, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)
    there: bool = False

    def instance(self, attribute: str, dataset: str) -> Mapping[str, Any] | None:
        if attribute == SCOPE:
            return _scoped(self.scopes) if self.scopes else None
        listed = _listed(self.attrs.get(attribute, []))
        return next((i for i in listed if i.get("datasetId", "") == dataset), None)


@transaction.atomic
def evolve(actor: Actor, evolution: Evolution, cause: str) -> bool:
    """See ``door.evolve``."""
    number = sum(len(each) for each in evolution.attrs.values()) + len(evolution.scopes)
    if number > MOST:
        raise faults.bad("instances", f"一次最多 {MOST} 个实例", f"at most {MOST} instances at a time")
    standing = _locked(evolution.id)
    if standing.there:
        _permit(actor, evolution.id, standing)
    attrs = {name: [dict(i) for i in each] for name, each in evolution.attrs.items()}
    _check(actor, standing, attrs, evolution)
    new, rows = _parted(standing, attrs)
    scopes, scoped = _scopes(standing, evolution)
    draft = Draft(evolution.id, evolution.type, new, types=evolution.types, scopes=scopes)
    began = _clock()
    write(actor, [draft], "append" if standing.there else "create", cause)
    for row in rows:
        if row.id and row.attribute in new and _is_corrected(row, new[row.attribute]):
            _settle(actor, evolution.id, row, began, cause)
    if scopes:
        scoped += _dated(evolution, scopes, began)
    _keep(actor, evolution.id, [*rows, *scoped], cause)
    _record(actor, evolution.id, evolution.type or standing.kind, "bring", len(rows), cause)
    return not standing.there


@transaction.atomic
def correct(
    actor: Actor, entity_id: str, attribute: str, instance_id: str, instance: Mapping[str, Any], cause: str
) -> None:
    """See ``door.correct``."""
    standing = _locked(entity_id)
    _permit(actor, entity_id, standing)
    if not standing.there:
        raise faults.missing(entity_id)
    old = _one(entity_id, attribute, instance_id)
    fresh = {k: v for k, v in instance.items() if k != "datasetId"}
    fresh |= {"datasetId": old.dataset} if old.dataset else {}
    _check(actor, standing, {attribute: [fresh]}, Evolution(entity_id, "", {}))
    stands = _stands(standing, old, history.of_one(entity_id, [attribute]))
    began = _clock()
    write(actor, [Draft(entity_id, "", {attribute: fresh} if stands else {})], "append", cause)
    row = _Row(attribute, old.dataset, old.id, fresh, old.created_at)
    if stands:
        _settle(actor, entity_id, row, began, cause)
    _keep(actor, entity_id, [row], cause)
    _record(actor, entity_id, standing.kind, "correct", 1, cause)


@transaction.atomic
def strike(actor: Actor, entity_id: str, attribute: str, dataset: str | None, instance_id: str, cause: str) -> None:
    """See ``door.strike``."""
    standing = _locked(entity_id)
    kind = _permit(actor, entity_id, standing)
    held = history.of_one(entity_id, [attribute] if attribute else [])
    held = [i for i in held if dataset is None or i.dataset == dataset]
    if instance_id:
        _strike_one(actor, standing, _one(entity_id, attribute, instance_id), held, cause)
    else:
        if not held and (attribute or not standing.there):
            raise _unknown(attribute) if attribute else faults.missing(entity_id)
        if standing.there:
            _end(actor, standing, attribute, {i.dataset for i in held}, cause)
        _keep(actor, entity_id, [_Row(attribute or None, dataset)], cause)
    _record(actor, entity_id, kind, "strike", 1 if instance_id else len(held), cause)


def _end(actor: Actor, standing: _Standing, attribute: str, datasets: set[str], cause: str) -> None:
    """What is struck stands no more."""
    if not attribute:
        delete(actor, [standing.id], cause)
    elif attribute == SCOPE:
        write(actor, [Draft(standing.id, "", {}, scopeless=True)], "append", cause)
    else:
        write(actor, [Draft(standing.id, "", {attribute: [_nothing(d) for d in datasets]})], "append", cause)


def _strike_one(actor: Actor, standing: _Standing, old: Instance, held: list[Instance], cause: str) -> None:
    """What stood by the instance falls back to the latest that is left, which stays told as it was."""
    rows = [_Row(old.attribute, old.dataset, old.id)]
    if standing.there and _stands(standing, old, held):
        left = _left(old, [i for i in held if i.dataset == old.dataset])
        state = left[-1].instance if left else _nothing(old.dataset)
        began = _clock()
        write(actor, [Draft(standing.id, "", {old.attribute: dict(state)})], "append", cause)
        _settle(actor, standing.id, rows[0], began, cause)
    _keep(actor, standing.id, rows, cause)


def _stands(standing: _Standing, told: Instance, held: Iterable[Instance]) -> bool:
    """Whether it is this instance that stands, not an earlier one of the same content."""
    if told.attribute == SCOPE or standing.instance(told.attribute, told.dataset) != told.instance:
        return False
    same = [i for i in held if i.dataset == told.dataset and i.instance == told.instance and i.created_at]
    return max(same, key=lambda i: i.created_at or i.at).id == told.id


def _left(struck: Instance, held: Sequence[Instance]) -> list[Instance]:
    """What could stand in the place of what is struck: what came after the attribute last ended."""
    ended = max((i.deleted_at for i in held if i.deleted_at), default=None)
    return [
        i
        for i in held
        if i.id != struck.id
        and not _is_over(i)
        and (ended is None or (i.created_at is not None and i.created_at > ended))
    ]


def _locked(entity_id: str) -> _Standing:
    with connection.cursor() as cursor:
        cursor.execute(statements.STANDING, {"ids": [entity_id]})
        row = cursor.fetchone()
    if row is None:
        return _Standing(entity_id)
    return _Standing(entity_id, row[1], tuple(row[5]), orjson.loads(row[6]), there=True)


def _permit(actor: Actor, entity_id: str, standing: _Standing) -> str:
    """The type of the entity, which stands or was deleted. Raises Refused, NotFound."""
    granted, parameters = access.visible(actor, "write")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statements.FORBIDDEN_IDS).format(granted=granted), {**parameters, "ids": [entity_id]})
        if row := cursor.fetchone():
            raise access.refusal(actor, "write", row[1], row[2], place=entity_id)
        if standing.there:
            return standing.kind
        cursor.execute(_GONE, {"id": entity_id})
        if (gone := cursor.fetchone()) is None:
            raise faults.missing(entity_id)
    access.require(actor, "write", *gone)
    return str(gone[0])


def _check(actor: Actor, standing: _Standing, attrs: Mapping[str, list[Any]], evolution: Evolution) -> None:
    """Every instance is held to the type as if it stood."""
    there = {name: [i for i in each if not _is_null(i)] for name, each in attrs.items()}
    whole = {**standing.attrs, **{name: each for name, each in there.items() if each}}
    draft = Draft(evolution.id, standing.kind or evolution.type, whole, types=evolution.types)
    prepared = prepare([draft], schemas(), access.may(actor, "write", "*"))
    if prepared.faults:
        raise faults.invalid(prepared.faults, prepared.total)


def _parted(standing: _Standing, attrs: Mapping[str, list[dict[str, Any]]]) -> tuple[dict[str, Any], list[_Row]]:
    """What becomes what stands, and the rows of what does not."""
    now = datetime.now(UTC)
    held = _told(standing, attrs)
    new: dict[str, list[Any]] = {}
    rows: list[_Row] = []
    for name, each in attrs.items():
        for dataset in dict.fromkeys(i.get("datasetId", "") for i in each):
            given = sorted((i for i in each if i.get("datasetId", "") == dataset), key=lambda i: _time(i) or now)
            known = [i for i in held if (i.attribute, i.dataset) == (name, dataset)]
            stands: Mapping[str, Any] | None = standing.instance(name, dataset)
            if _is_newer(given[-1], stands, known, now):
                latest = given.pop()
                if _is_null(latest) and (stands is None or _time(latest)):
                    rows.append(_Row(name, dataset, str(uuid.uuid4()), latest))
                if latest != stands and not (stands is None and _is_null(latest)):
                    new.setdefault(name, []).append(latest)
                    stands = None
            for instance in given:
                row = _past(name, dataset, instance, known)
                rows += [row] if row else []
                if row and row.born_at and stands is not None and _same_time(stands, instance):
                    new.setdefault(name, []).append(instance)
    return {name: each[0] if len(each) == 1 else each for name, each in new.items()}, rows


def _told(standing: _Standing, attrs: Mapping[str, Any]) -> list[Instance]:
    return history.of_one(standing.id, list(attrs)) if standing.there and attrs else []


def _is_newer(given: Mapping[str, Any], stands: Mapping[str, Any] | None, known: list[Instance], now: datetime) -> bool:
    if stands is None:
        return True
    since = _time(stands) or max((i.modified_at or i.at for i in known if i.instance == stands), default=now)
    return (_time(given) or now) > since


def _past(name: str, dataset: str, instance: Mapping[str, Any], known: list[Instance]) -> _Row | None:
    """The row of an instance that does not become what stands: a correction of the one that was observed at the same
    time, or a new one; None where it is told already."""
    for other in reversed(known):
        if other.deleted_at is None and _same_time(other.instance, instance):
            return None if other.instance == instance else _Row(name, dataset, other.id, instance, other.created_at)
    return _Row(name, dataset, str(uuid.uuid4()), instance)


def _same_time(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _time(one) is not None and _time(one) == _time(other)


def _is_corrected(row: _Row, new: Any) -> bool:
    return row.born_at is not None and row.instance in _listed(new)


def _scopes(standing: _Standing, evolution: Evolution) -> tuple[tuple[str, ...], list[_Row]]:
    """The scopes that come to stand (none: they stay), and the rows of those before."""
    if not evolution.scopes:
        return (), []
    now = datetime.now(UTC)
    *before, last = sorted(evolution.scopes, key=lambda s: s[1] or now)
    rows = [_Row(SCOPE, "", str(uuid.uuid4()), _scoped(scopes, at)) for scopes, at in before]
    if not standing.there or last[1] is None:
        return last[0], rows
    since = max((i.at for i in history.of_one(standing.id, [SCOPE])), default=last[1])
    if last[1] >= since:
        return last[0], rows
    return (), [*rows, _Row(SCOPE, "", str(uuid.uuid4()), _scoped(*last))]


def _dated(evolution: Evolution, scopes: tuple[str, ...], began: datetime) -> list[_Row]:
    """That the scopes which stand now were set earlier than they were written."""
    at = max((at for each, at in evolution.scopes if each == scopes and at is not None), default=None)
    fresh = [i for i in history.of_one(evolution.id, [SCOPE]) if i.modified_at and i.modified_at >= began]
    if at is None or not fresh:
        return []
    return [_Row(SCOPE, "", fresh[-1].id, _scoped(scopes, at), fresh[-1].created_at)]


def _scoped(scopes: Sequence[str], at: datetime | None = None) -> dict[str, Any]:
    value: Any = scopes[0] if len(scopes) == 1 else list(scopes)
    dated = {"observedAt": at.astimezone(UTC).isoformat().replace("+00:00", "Z")} if at else {}
    return {"type": "Property", "value": value, **dated}


def _settle(actor: Actor, entity_id: str, row: _Row, began: datetime, cause: str) -> None:
    """What the write just told of the attribute is told by the row already."""
    told = history.of_one(entity_id, [str(row.attribute)])
    twice = [i for i in told if i.dataset == row.dataset and (i.deleted_at or i.modified_at or began) > began]
    _keep(actor, entity_id, [_Row(i.attribute, i.dataset, i.id) for i in twice], cause)


def _one(entity_id: str, attribute: str, instance_id: str) -> Instance:
    of_attribute = history.of_one(entity_id, [attribute])
    if not of_attribute:
        raise _unknown(attribute)
    found = next((i for i in of_attribute if i.id == instance_id), None)
    if found is None:
        raise _unknown(f"{attribute} {instance_id}")
    return found


def _keep(actor: Actor, entity_id: str, rows: Iterable[_Row], cause: str) -> None:
    kept = list(rows)
    if not kept:
        return
    texts = [orjson.dumps(r.instance).decode() if r.instance is not None else None for r in kept]
    given: dict[str, Any] = {
        "attributes": [r.attribute for r in kept],
        "datasets": [r.dataset for r in kept],
        "instances": texts,
    }
    given |= {"ids": [r.id for r in kept], "born": [r.born_at for r in kept]}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {**given, "id": entity_id, "actor": actor.name, "cause": cause})


def _record(actor: Actor, entity_id: str, kind: str, mode: str, number: int, cause: str) -> None:
    detail = {"mode": mode, "cause": cause, "instances": number}
    access.record(actor, "write", entity_type=kind, entity_ids=[entity_id], count=1, detail=detail)


def _clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def _time(instance: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(instance["observedAt"]).replace(",", "."))
    except (KeyError, ValueError):
        return None


def _listed(instances: Any) -> list[Any]:
    return instances if isinstance(instances, list) else [instances]


def _nothing(dataset: str) -> dict[str, Any]:
    return {"value": NULL, **({"datasetId": dataset} if dataset else {})}


def _is_null(instance: Mapping[str, Any]) -> bool:
    held = [instance.get(key) for key in VALUE_KEYS]
    return NULL in held or instance.get("languageMap") == {"@none": NULL}


def _is_over(instance: Instance) -> bool:
    return instance.deleted_at is not None or _is_null(instance.instance)


def _unknown(place: str) -> NotFound:
    return NotFound(
        "entity.instance",
        Text(zh=f"历史中没有“{place}”", en=f"The history holds no {place!r}"),
        place=place,
        next_step=Text(zh="先读取该实体的历史", en="Retrieve the evolution of the entity first"),
    )
