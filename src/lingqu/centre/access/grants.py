"""Grants as SQL, and as a yes or no about one thing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import orjson
from django.utils import timezone
from psycopg import sql

from lingqu.centre.access import standing
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action, Grant
from lingqu.centre.access.policy import Policy, policy, serves
from lingqu.kernel.identifiers import division_prefix

_LAST = "\U0010ffff"  # sorts behind every character in collation "C"
_NEEDS_PURPOSE = frozenset({"read", "export", "verify"})
_CONSENTED = """exists (
    select 1 from access_consent where person = id and agreement = {agreement} and given_at is not null
    and withdrawn_at is null and until > statement_timestamp())"""


@dataclass(frozen=True)
class Held:
    """A grant in the hands of an actor. ``department`` and ``region`` are what its rows call own."""

    grant: Grant
    department: str = ""
    region: str = ""
    agreement: str = ""
    consent: bool = False
    meter: str = ""  # under which name its use is counted
    basis: str = ""

    @property
    def plain(self) -> bool:
        """Whether type, owner, region and id alone tell which rows it reaches, and nothing is counted."""
        return not (self.grant.where or self.consent or self.meter)


def region_prefix(code: str) -> str:
    """The part of a division code that its subdivisions share; a code of another form stands for itself."""
    return division_prefix(code) if code.isdigit() and len(code) == 12 else code.rstrip("*")


_worked_out: dict[Any, Any] = {}
_ROOM = 5_000
T = TypeVar("T")


def held(actor: Actor, action: Action) -> list[Held]:
    """What the actor holds for an action, worked out once a second: a page asks for it a hundred times. What was
    changed or withdrawn counts at once, what ends by its date within that second."""
    return once(_held, actor, action)


def once(work: Callable[..., T], actor: Actor, action: Action, *more: Any) -> T:
    """What ``work`` makes of what an actor holds, kept like that. Nobody may change it."""
    stands = standing.version() if actor.department else 0
    key = (work, actor, action, more, policy().revision, stands, int(time.time()))
    found = _worked_out.get(key)
    if found is None:
        if len(_worked_out) > _ROOM:
            _worked_out.clear()
        found = _worked_out[key] = work(actor, action, *more)
    return cast(T, found)


def _held(actor: Actor, action: Action) -> list[Held]:
    """What the actor holds for an action under the actor's purpose: by roles, lent roles and agreements, and what is
    granted to everybody. Those that reach by plain columns come first."""
    now, day = policy(), timezone.localdate()
    hands = [(actor.roles, actor.department, actor.region)]
    hands += [(lent.roles, lent.department, lent.region) for lent in actor.lent]
    hands.append((now.anonymous, "", ""))
    found = [
        Held(grant, department, region, meter=f"{code} of {actor.name}" if grant.quota else "")
        for roles, department, region in hands
        for code in roles
        if code in now.roles and now.roles[code].holds_in(actor.tenant)
        for grant in now.roles[code].grants
        if action in grant.actions and serves(grant, actor.purpose) and (grant.until is None or day <= grant.until)
    ]
    if action == "read" and not actor.tenant:
        found.append(Held(now.public))
    found += _by_agreement(actor, action)
    return sorted(found, key=lambda h: not h.plain)


def _by_agreement(actor: Actor, action: Action) -> Iterator[Held]:
    moment = timezone.now()
    for stands in standings(actor):
        if action in stands.grant.actions and stands.lives(moment) and serves(stands.grant, actor.purpose):
            number = stands.agreement
            yield Held(stands.grant, actor.department, actor.region, number, stands.consent, number, stands.basis)


def standings(actor: Actor) -> list[standing.Standing]:
    """What agreements grant or granted to this actor, living or not."""
    if actor.tenant or not actor.department or actor.kind not in ("person", "client"):
        return []
    return [
        s
        for s in standing.of_department(actor.department)
        if (not actor.agreement or s.agreement == actor.agreement) and _is_holder(s, actor)
    ]


def _is_holder(stands: standing.Standing, actor: Actor) -> bool:
    if actor.kind == "client":
        return not stands.accounts or actor.name in stands.accounts
    return bool(set(stands.people_roles) & set(actor.roles))


def visible(
    actor: Actor, action: Action = "read", types: tuple[str, ...] = ()
) -> tuple[sql.Composable, dict[str, Any]]:
    """See ``door.visible``."""
    if actor.kind == "system":
        return sql.SQL("true"), {}
    text, parameters = once(_visible, actor, action, types)
    return sql.SQL(text), dict(parameters)


def _visible(actor: Actor, action: Action, types: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {}
    withheld = withheld_types(policy(), actor, action)
    parts = []
    for number, each in enumerate(held(actor, action)):
        part = _condition(f"{action}_{number}", each, actor, withheld, parameters, frozenset(types))
        if part == _ALL:
            return "true", {}
        if part is not None:
            parts.append(part)
    if not parts:
        return "false", {}
    return "(" + sql.SQL(" or ").join(parts).as_string() + ")", parameters


def reached(actor: Actor, action: Action = "read") -> tuple[sql.Composable | None, dict[str, Any]]:
    """An array column: the numbers (in ``held``) of the grants that plain columns do not tell, and that reach the row.
    None where there is no such grant."""
    if actor.kind == "system":
        return None, {}
    column, parameters = once(_reached, actor, action)
    return column, dict(parameters)


def _reached(actor: Actor, action: Action) -> tuple[sql.Composable | None, dict[str, Any]]:
    parameters: dict[str, Any] = {}
    withheld = withheld_types(policy(), actor, action)
    cases = []
    for number, each in enumerate(held(actor, action)):
        if (each.agreement or not each.plain) and (
            part := _condition(f"reached_{number}", each, actor, withheld, parameters)
        ):
            cases.append(sql.SQL("case when {} then {} end").format(part, sql.Literal(number)))
    if not cases:
        return None, {}
    return sql.SQL("array_remove(array[{}], null)").format(sql.SQL(", ").join(cases)), parameters


def withheld_types(now: Policy, actor: Actor, action: Action) -> tuple[str, ...]:
    """Personal types, for an actor who states no purpose."""
    if action not in _NEEDS_PURPOSE or actor.kind == "system" or now.states(actor.purpose):
        return ()
    return now.personal


_ALL = sql.SQL("(true)")


def _condition(
    mark: str,
    each: Held,
    actor: Actor,
    withheld: tuple[str, ...],
    parameters: dict[str, Any],
    asked: frozenset[str] = frozenset(),
) -> sql.Composable | None:
    """None where it reaches nothing. ``asked``: the only types of the rows it is put to, if that is known."""

    def given(name: str, value: Any) -> sql.Composable:
        parameters[f"access_{name}_{mark}"] = value
        return sql.Placeholder(f"access_{name}_{mark}")

    grant = each.grant
    parts, rows = _of_types(grant, withheld, asked, given), _rows(each, actor, given)
    if parts is None or rows is None:
        return None
    parts += rows
    if grant.owners:
        parts.append(sql.SQL("owner = any({})").format(given("owners", list(grant.owners))))
    if grant.regions:
        parts.append(_within(grant.regions, given))
    for place, (attribute, values) in enumerate(grant.where.items()):
        parts.append(_where(attribute, values, place, given))
    if each.consent:
        parts.append(sql.SQL(_CONSENTED).format(agreement=given("agreement", each.agreement)))
    return sql.SQL("(") + sql.SQL(" and ").join(parts) + sql.SQL(")") if parts else _ALL


def _of_types(
    grant: Grant, withheld: tuple[str, ...], asked: frozenset[str], given: Any
) -> list[sql.Composable] | None:
    """None where no row of the types asked for is left."""
    if "*" in grant.types and grant.rows != "public":
        if withheld and not (asked and asked.isdisjoint(withheld)):
            return [sql.SQL("type <> all({})").format(given("withheld", list(withheld)))]
        return []
    codes = [code for code in grant.types if code not in withheld and (not asked or code in asked)]
    if not codes:
        return None
    if asked and asked <= set(codes):
        return []
    if len(codes) == 1:
        return [sql.SQL("type = {}").format(given("type", codes[0]))]
    return [sql.SQL("type = any({})").format(given("types", codes))]


def _rows(each: Held, actor: Actor, given: Any) -> list[sql.Composable] | None:
    """None where the actor has no rows to call own."""
    rows = each.grant.rows
    if rows == "own_department":
        return [sql.SQL("owner = {}").format(given("owner", each.department))] if each.department else None
    if rows == "own_region":
        return [_within((each.region,), given, "own_")] if each.region else None
    if rows == "self":
        if len(actor.selves) < 2:
            return [sql.SQL("id = {}").format(given("self", actor.selves[0]))] if actor.selves else None
        return [sql.SQL("id = any({})").format(given("self", list(actor.selves)))]
    return []


def _within(regions: tuple[str, ...], given: Any, name: str = "") -> sql.Composable:
    each = [
        sql.SQL("(region >= {} and region < {})").format(
            given(f"{name}from_{n}", region_prefix(code)), given(f"{name}to_{n}", region_prefix(code) + _LAST)
        )
        for n, code in enumerate(regions)
    ]
    return sql.SQL("(") + sql.SQL(" or ").join(each) + sql.SQL(")")


def _where(attribute: str, values: tuple[Any, ...], place: int, given: Any) -> sql.Composable:
    forms = [{attribute: {key: form}} for value in values for key in ("value", "object") for form in (value, [value])]
    each = [
        sql.SQL("attrs @> {}::jsonb").format(given(f"where_{place}_{n}", orjson.dumps(form).decode()))
        for n, form in enumerate(forms)
    ]
    return sql.SQL("(") + sql.SQL(" or ").join(each) + sql.SQL(")")


def reaches(each: Held, actor: Actor, owner: str, region: str, entity_id: str) -> bool:
    """Whether the plain columns speak for a row. An empty owner or region asks whether there may be any such row."""
    grant = each.grant
    if grant.owners and owner and owner not in grant.owners:
        return False
    if grant.regions and region and not any(region.startswith(region_prefix(r)) for r in grant.regions):
        return False
    if grant.rows == "own_department":
        return bool(each.department) and owner in ("", each.department)
    if grant.rows == "own_region":
        return bool(each.region) and (not region or region.startswith(region_prefix(each.region)))
    if grant.rows == "self":
        return bool(actor.selves) and entity_id in ("", *actor.selves)
    return True


def covering(
    actor: Actor,
    action: Action,
    entity_type: str = "*",
    owner: str = "",
    region: str = "",
    entity_id: str = "",
    reached: tuple[int, ...] | None = None,
) -> list[Held]:
    """What allows an act on one (kind of) entity. ``entity_type="*"`` asks for all types at once. ``reached``: the
    numbers of further grants that reach this very row (see the function of that name); None asks whether any may."""
    now = policy()
    if entity_type in withheld_types(now, actor, action):
        return []
    return [
        each
        for number, each in enumerate(held(actor, action))
        if (entity_type in each.grant.types or ("*" in each.grant.types and each.grant.rows != "public"))
        and reaches(each, actor, owner, region, entity_id)
        and (reached is None or each.plain or number in reached)
    ]


def may(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> bool:
    """See ``door.may``."""
    return actor.kind == "system" or bool(covering(actor, action, entity_type, owner, region))


def plain(actor: Actor, action: Action = "read") -> bool:
    """Whether type, owner and region alone tell what the actor may see: nothing by id, attribute or consent."""
    return actor.kind == "system" or all(each.plain and each.grant.rows != "self" for each in held(actor, action))


def ended(actor: Actor, entity_type: str) -> standing.Standing | None:
    """The agreement that granted this type to the actor last and does so no more."""
    moment: datetime = timezone.now()
    found = [s for s in standings(actor) if entity_type in s.grant.types and not s.lives(moment)]
    return max(found, key=lambda s: s.ended_at or s.ends, default=None)
