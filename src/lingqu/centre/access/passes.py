"""What a web process's connection to the database may see: the pass of whom it works for (ADR 6).

A pass holds the grants of one actor, drawn coarsely: types, owners, regions, the actor's own id; attributes, masks and
conditions are for ``grants`` and ``masking``. It is good for one server process and some minutes, and the server checks
it by an HMAC whose key a web connection cannot read. A statement that names a guarded table goes out under the pass of
the request's actor, or of whoever's grants were asked for last; what carries the right pass already costs nothing more.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from psycopg.pq import TransactionStatus

from lingqu.centre.access import standing, tenants
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.grants import Held, held, may, region_prefix, withheld_types
from lingqu.centre.access.policy import Policy, policy, revision

SECONDS = 600.0
"""How long a pass is good; it is made anew in the last fifth of that."""
_SET = "select set_config('lingqu.pass', %s, false)"
_GUARDED = re.compile(
    r"entity|make_tenant|\bevolution\(|protocols_s(?:napshot|ource\b)|procedures_|papers_a|notices_|offers_|guides_rating|blueprint_"
    r"|fusion_(?:fusiondispute|correction)"
    r"|access_ledger|access_objection|access_proposal|access_representation|access_mandate"
    r"|(?:update|insert into) \"?access_(?:account|consent|credential|delegation|grant|objection)"
    r"|(?:update|insert into|delete from) \"?(?:allauth_idp_oidc_client|protocols_subscription)",
    re.IGNORECASE,
)
_FLAGS: tuple[Action, ...] = ("steward", "administer", "apply", "register")


@dataclass
class _Desk:
    """Whom a thread works for. ``ask`` says who is behind the request, and is asked only when that must be known."""

    ask: Callable[[], Actor]
    actor: Actor | None = None
    busy: bool = False


@dataclass
class _Carried:
    """The pass that a connection carries. ``mark`` stands until the transaction that set it is committed."""

    scopes: bytes
    until: float
    mark: Callable[[], None] | None = None


_desk: ContextVar[_Desk | None] = ContextVar("access_pass", default=None)


@contextmanager
def working_for(ask: Callable[[], Actor]) -> Iterator[None]:
    """All that is done inside is done for the actor that ``ask`` names. Afterwards nobody is worked for."""
    token = _desk.set(_Desk(ask))
    try:
        yield
    finally:
        _desk.reset(token)


def carry(actor: Actor) -> None:
    """From here on statements go out under the pass of this actor, until the work at hand is done."""
    desk = _desk.get()
    if desk is not None and not desk.busy:
        desk.actor = actor


def under_pass(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's execute wrapper for connections of the web role."""
    if not isinstance(sql, str) or _guarded(sql):
        _bring(context["connection"])
    return execute(sql, params, many, context)


@lru_cache(2_000)
def _guarded(statement: str) -> bool:
    return _GUARDED.search(statement) is not None


def _bring(connection: Any) -> None:
    raw, desk = connection.connection, _desk.get()
    if (desk and desk.busy) or raw is None or raw.info.transaction_status == TransactionStatus.INERROR:
        return
    wanted = _wanted(desk) if desk else b""
    carried: _Carried = getattr(raw, "lingqu_pass", None) or _Carried(b"", float("inf"))
    if carried.scopes == wanted and carried.until - time.time() > SECONDS / 5 and _stands(carried, connection):
        return
    fresh = _Carried(wanted, time.time() + SECONDS if wanted else float("inf"))
    with raw.cursor() as cursor:
        cursor.execute(_SET, [_sealed(wanted, raw.info.backend_pid, fresh.until) if wanted else ""])
    raw.lingqu_pass = fresh
    if connection.in_atomic_block:
        fresh.mark = lambda: setattr(fresh, "mark", None)
        connection.on_commit(fresh.mark)


def _stands(carried: _Carried, connection: Any) -> bool:
    """A setting made in a transaction is undone with it: Django forgets what was to be done on commit in that case."""
    return carried.mark is None or any(entry[1] is carried.mark for entry in connection.run_on_commit)


def _wanted(desk: _Desk) -> bytes:
    """The scopes to carry; to find them the drawing is read, under whatever pass is carried."""
    desk.busy = True
    try:
        if desk.actor is None:
            desk.actor = desk.ask()
        return _known_scopes(desk.actor)
    finally:
        desk.busy = False


_shelf: dict[Any, tuple[float, bytes]] = {}


def _known_scopes(actor: Actor) -> bytes:
    """Scopes are remembered for a second at most: what ends at a moment is held to that by ``grants`` as well."""
    key = (actor, tenants.current(), revision(), standing.version() if actor.department else 0)
    moment, known = time.monotonic(), _shelf.get(key)
    if known is not None and moment - known[0] < 1.0:
        return known[1]
    if len(_shelf) > 1000:
        _shelf.clear()
    found = scopes_of(actor)
    _shelf[key] = (moment, found)
    return found


def forget() -> None:
    """For tests, where revisions and versions begin anew."""
    _shelf.clear()


def scopes_of(actor: Actor) -> bytes:
    """The body of a pass but for its term: JSON without its first brace, empty for who sees what everybody sees."""
    if actor.kind == "system":
        flags = [*map(str, _FLAGS), "write"]
        found: dict[str, Any] = {"but": [], "write_but": [], "flags": flags, "handles": ["*"]}
    else:
        now = policy()
        found = _scopes(now, actor, ("read", "export", "verify"), "") | _scopes(now, actor, ("write",), "write_")
        found |= {"handles": sorted(handles)} if (handles := handled(actor)) else {}
        flags = [flag for flag in _FLAGS if may(actor, flag)]
        flags += ["write"] if any(name.startswith("write_") for name in found) else []
        found |= {"flags": flags} if flags else {}
    if actor.account_id is not None:
        found["account"] = actor.account_id
    if actor.person:
        found["person"] = actor.person
    if actor.behalf and actor.behalf.may("see"):
        found["behalf"] = actor.behalf.id
    if not found:
        return b""
    if actor.kind != "system":
        # The server knows public types by itself, but must look for them where a pass names none.
        public = () if actor.tenant else policy().public.types
        found["types"] = sorted({*found.get("types", ()), *public})
    if tenant := tenants.current():
        found["tenant"] = tenant
    return orjson.dumps(found | {"actor": actor.name}, option=orjson.OPT_SORT_KEYS)[1:]


def _scopes(now: Policy, actor: Actor, actions: Iterable[Action], prefix: str) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for action in actions:
        withheld = set(withheld_types(now, actor, action))
        for each in held(actor, action):
            if each.grant.rows == "public":
                continue  # the server knows these types by itself
            whole = "*" in each.grant.types
            types = (set(now.types) if whole else set(each.grant.types)) - withheld
            kind, values = _rows(each, actor)
            if kind == "all" and whole:
                found["but"] = found.get("but", withheld) & withheld
            elif kind == "all":
                found.setdefault("types", set()).update(types)
            elif kind == "ids":
                found.setdefault(kind, set()).update(values)
            else:
                found.setdefault(kind, set()).update(f"{code}/{value}" for code in types for value in values)
    return {prefix + name: sorted(values) for name, values in found.items() if values or name == "but"}


def handled(actor: Actor) -> set[str]:
    """See ``door.handled``."""
    found: set[str] = set()
    for each in held(actor, "handle"):
        kind, values = _rows(each, actor)
        found.update(values if kind == "owners" else ("*",) if kind == "all" else ())
    return found


def _rows(each: Held, actor: Actor) -> tuple[str, tuple[str, ...]]:
    """Which list of a pass the rows of a grant belong into, with their owners, regions or id. Of several conditions
    the narrowest that a pass can tell is taken."""
    grant = each.grant
    if grant.rows == "self":
        return "ids", actor.selves
    if grant.rows == "own_department":
        return "owners", (each.department,) if each.department else ()
    if grant.owners:
        return "owners", grant.owners
    if grant.rows == "own_region":
        return "regions", (region_prefix(each.region),) if each.region else ()
    if grant.regions:
        return "regions", tuple(region_prefix(code) for code in grant.regions)
    return "all", ()


def _sealed(scopes: bytes, pid: int, until: float) -> str:
    body = orjson.dumps({"pid": pid, "until": round(until, 3)})[:-1] + b"," + scopes
    return hmac.new(_key(settings.LINGQU_SECRETS / "pass"), body, hashlib.sha256).hexdigest() + body.decode()


@cache
def _key(file: Path) -> bytes:
    return bytes.fromhex(file.read_text().strip())
