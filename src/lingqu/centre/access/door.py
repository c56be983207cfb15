"""Who may do what: actors, grants compiled to SQL, masking, and the ledger of reads and writes.

Everything no grant allows is denied. Everybody holds the roles with ``anonymous: true`` and may read the types with
``public: true``. Types with ``personal: true`` are read and exported under a stated purpose only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import httpx
from psycopg import sql

from lingqu.centre.access import (
    accounts,
    actors,
    administration,
    analysts,
    checks,
    consents,
    grants,
    inbox,
    ledger,
    looks,
    masking,
    outbound,
    passes,
    refusals,
    representing,
    tenancy,
)
from lingqu.centre.access import agreed as agreeing
from lingqu.centre.access import mandates as mandates_
from lingqu.centre.access import objections as objections_
from lingqu.centre.access import policy as _policy
from lingqu.centre.access import standing as _standing
from lingqu.centre.access import usage as _usage
from lingqu.centre.access.accounts import Demo
from lingqu.centre.access.actions.answer_mandate import answer_mandate as _answer_mandate
from lingqu.centre.access.actions.end_mandate import end_mandate as _end_mandate
from lingqu.centre.access.actions.give_mandate import give_mandate as _give_mandate
from lingqu.centre.access.actors import ANONYMOUS, SYSTEM, Actor, Holding, Way, acting
from lingqu.centre.access.agreed import Holds
from lingqu.centre.access.arrivals import Told, free_username
from lingqu.centre.access.arrivals import settle as settle_account
from lingqu.centre.access.arrivals import told as told_by_provider
from lingqu.centre.access.attempts import failed as login_failed
from lingqu.centre.access.attempts import locked_until
from lingqu.centre.access.attempts import refused_while_locked as login_refused
from lingqu.centre.access.attempts import succeeded as login_succeeded
from lingqu.centre.access.chain import heads, keys, seals, verify
from lingqu.centre.access.chain import standing as _sealed
from lingqu.centre.access.chain.faults import Fault as LedgerFault
from lingqu.centre.access.chain.records import Head, Seal
from lingqu.centre.access.chain.seals import Sealed
from lingqu.centre.access.chain.standing import LedgerStanding
from lingqu.centre.access.chain.verify import Report
from lingqu.centre.access.clients import SCOPES, KnownClient
from lingqu.centre.access.clients import listed as clients
from lingqu.centre.access.clients import register as register_client
from lingqu.centre.access.clients import revoke as revoke_client
from lingqu.centre.access.clients import rotate as rotate_client
from lingqu.centre.access.consents import Consented
from lingqu.centre.access.credentials import PREFIX as KEY
from lingqu.centre.access.definitions import Action, Grant, Purpose, Representation
from lingqu.centre.access.factors import needs_second_factor
from lingqu.centre.access.grants import Held
from lingqu.centre.access.ledger import Row as LedgerEntry
from lingqu.centre.access.looks import Delayed, Look
from lingqu.centre.access.mandates import Given as Mandated
from lingqu.centre.access.objections import Objected
from lingqu.centre.access.policy import steady
from lingqu.centre.access.prepared import cursor as prepared
from lingqu.centre.access.represented import DOES, Represented, Scope
from lingqu.centre.access.requests import MandateOffer
from lingqu.centre.access.standing import Standing
from lingqu.centre.access.tidying import tidy
from lingqu.centre.access.tokens import TokenRefused, account_of_token
from lingqu.centre.drawing import door as drawing
from lingqu.kernel import outbound as _outbound
from lingqu.kernel.elements import Mask
from lingqu.kernel.errors import LingquError, NotFound, Refused

Act = Literal["read", "write", "export", "verify", "refused", "apply", "login", "grant", "alert"]
"""``grant``: rights, agreements and consents that began, changed or ended; ``alert``: what somebody must look at."""


@contextmanager
def held() -> Iterator[None]:
    """For the length of one short request: what agreements grant is asked for once."""
    with _standing.held():
        yield


def version() -> int:
    """Asked anew: grows with every change of what agreements grant or persons consent to; who reads long looks."""
    return _standing.version(fresh=True)


def visible(
    actor: Actor, action: Action = "read", types: tuple[str, ...] = ()
) -> tuple[sql.Composable, dict[str, Any]]:
    """The grants of an actor as one SQL condition over the entity table's promoted columns. ``types``: where the
    statement itself lets through rows of these types alone; the condition is the shorter for it.

    Columns are named without a prefix (``id``, ``type``, ``owner``, ``region``). Gives the condition and its
    parameters (names start with ``access_``). Nothing granted gives ``false``.
    """
    passes.carry(actor)
    return grants.visible(actor, action, types)


def reached(actor: Actor, action: Action = "read") -> tuple[sql.Composable | None, dict[str, Any]]:
    """An array column over the entity table, and its parameters: numbers of the grants by agreement or by condition
    that reach a row. None where the actor has none of these. ``masks`` and ``use`` take what it gives."""
    return grants.reached(actor, action)


def plain(actor: Actor, action: Action = "read") -> bool:
    """Whether type, owner and region alone tell what the actor may see."""
    return grants.plain(actor, action)


def may(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> bool:
    """Whether one act on one (kind of) entity is granted. An empty owner or region asks whether it is for some rows."""
    return grants.may(actor, action, entity_type, owner, region)


def handled(actor: Actor) -> set[str]:
    """Departments whose cases the actor works on, of some procedure at least; ``*`` for all of them."""
    return {"*"} if actor.kind == "system" else passes.handled(actor)


def may_with_purpose(actor: Actor, entity_type: str, owner: str = "", region: str = "") -> bool:
    """Whether the actor could read it, were a purpose stated."""
    return grants.may(replace(actor, purpose=actor.purpose or "?"), "read", entity_type, owner, region)


def require(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> None:
    """Raises ``Refused`` naming the rule, who owns it and the next step, and leaves a ledger row (which stays when
    the caller's transaction is undone)."""
    refusals.require(actor, action, entity_type, owner, region)


def require_purpose(actor: Actor, types: Sequence[str], action: Action = "read") -> None:
    """Raises ``Refused`` (``access.purpose``) when one of the types is personal and the actor names no purpose."""
    refusals.require_purpose(actor, tuple(types), action)


def require_agreement(actor: Actor, types: Sequence[str]) -> None:
    """Raises ``Refused`` (``access.agreement_ended``) where an agreement granted a type, ended, and nothing else grants
    it."""
    refusals.require_agreement(actor, tuple(types))


def require_consent(actor: Actor, entity_type: str, entity_id: str) -> None:
    """Raises ``Refused`` (``access.consent_withdrawn``, ``_refused``, ``_asked``, ``_over``) where only this person's
    consent is missing. Of who was never asked nothing is told."""
    refusals.require_consent(actor, entity_type, entity_id)


def refusal(actor: Actor, action: Action, entity_type: str, owner: str = "", place: str = "") -> Refused:
    """The refusal to raise, when the caller found by itself what is not granted. Its ledger row stands already."""
    return refusals.refusal(actor, action, entity_type, owner, place)


def tell(actor: Actor, error: LingquError, place: str = "") -> None:
    """Leave a ledger row of a refusal, unless it has one. ``place`` is where it happened, e.g. a route."""
    refusals.tell(actor, error, place)


def require_verify(actor: Actor, entity_type: str, attributes: Iterable[str]) -> None:
    """Raises ``Refused`` unless something lets the actor ask about each of these attributes of somebody: a grant to
    ``verify`` that stands on consent or on a basis in law (``access.basis``)."""
    checks.require(actor, entity_type, attributes)


def verifying(
    actor: Actor, entity_type: str, owner: str, region: str, entity_id: str, reached: tuple[int, ...]
) -> list[Held]:
    """What lets the actor verify facts of this one entity; ``reached`` is what the function of that name gave."""
    return checks.opening(actor, entity_type, owner, region, entity_id, reached)


def verifies(held: Iterable[Held], entity_type: str, attribute: str) -> bool:
    """Whether one of these lets somebody ask about an attribute."""
    return checks.opened(held, entity_type, attribute)


def consented(actor: Actor, entity_type: str, persons: Iterable[str]) -> dict[str, Consented]:
    """Person → the last consent asked of them under the actor's agreements."""
    return checks.consented(actor, entity_type, persons)


def revision() -> int:
    """The revision of the drawing by which is decided now."""
    return _policy.revision()


def is_personal(entity_type: str) -> bool:
    """Whether every read of the type leaves a ledger row."""
    return _policy.policy().facts(entity_type).personal


def is_public(entity_type: str) -> bool:
    """Whether anybody may read the type."""
    return _policy.policy().facts(entity_type).public


def personal_types() -> tuple[str, ...]:
    return _policy.policy().personal


def states(purpose: str) -> bool:
    """Whether these words state a purpose of the city."""
    return _policy.policy().states(purpose)


def purposes() -> dict[str, Purpose]:
    """The purposes for which personal data may be read."""
    return drawing.every(Purpose)


def carry(actor: Actor) -> None:
    """From here on the database is asked for this actor: where a page acts under another purpose than the session's."""
    passes.carry(actor)


def basis_of(purpose: str) -> str:
    """The legal basis of a purpose, in Chinese, as the ledger keeps it; empty for what is none of the city's."""
    return _policy.basis_of(purpose)


def masks(
    actor: Actor,
    entity_type: str,
    owner: str = "",
    region: str = "",
    entity_id: str = "",
    reached: tuple[int, ...] | None = (),
) -> dict[str, Mask]:
    """How the attributes of one (kind of) entity are masked for the actor; what is shown as it is is not in it.
    The key ``*`` (→ ``absent``) says that attributes not named are not shown at all. ``reached``: see the function."""
    return masking.masks(actor, entity_type, owner, region, entity_id, reached)


def masks_of_all(actor: Actor, entity_type: str) -> dict[str, Mask] | None:
    """``masks`` of every entity of a type, where no grant tells one entity from another; None where some do."""
    return masking.masks_of_all(actor, entity_type)


def hidden(actor: Actor, entity_type: str) -> dict[str, Mask]:
    """Like ``masks``, for the row of the type that the actor sees least of: by these nobody filters or counts."""
    return masking.hidden(actor, entity_type)


def mask(
    actor: Actor,
    entity_type: str,
    attributes: Mapping[str, Any],
    owner: str = "",
    region: str = "",
    entity_id: str = "",
) -> dict[str, Any]:
    """Attribute values (store form) as this actor may see them: left out, masked or as they are."""
    return masking.mask(actor, entity_type, attributes, owner, region, entity_id)


def masked(how: Mask, value: Any) -> Any:
    """One plain value behind a mask."""
    return masking.masked(how, value)


def apply_masks(found: Mapping[str, Mask], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What ``mask`` does, for masks already looked up."""
    return masking.apply(found, attributes)


def record(
    actor: Actor,
    act: Act,
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    attributes: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
    basis: str = "",
) -> None:
    """Append one row to the ledger, in the transaction of the caller; a refusal in one of its own. ``basis`` is the
    legal basis, else the actor's. Text that PostgreSQL cannot hold is written with replacement characters."""
    ledger.record(
        actor,
        act,
        entity_type=entity_type,
        entity_ids=entity_ids,
        attributes=attributes,
        count=count,
        detail=detail,
        basis=basis,
    )


def ledger_part(
    actor: Actor,
    act: Act,
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, Any]]:
    """The row that ``record`` would append, as an ``insert … select`` without its ``from``, and its parameters (names
    start with ``ledger_``): for who writes in one statement that stands or falls with its ledger row. Never refusals.
    """
    return ledger.part(actor, act, entity_type=entity_type, entity_ids=entity_ids, count=count, detail=detail)


def ledger_rows(
    actor: Actor,
    *,
    who: str = "",
    act: str = "",
    entity_type: str = "",
    entity_id: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[LedgerEntry]:
    """The ledger, newest first; ``before`` is the id of the last row seen. Who may not steward sees the own rows only;
    whether a steward may see those of others is for the caller to decide."""
    return ledger.rows(actor, who, act, entity_type, entity_id, before, limit)


def ledger_entry(actor: Actor, number: int) -> LedgerEntry:
    """One row of the ledger. Raises ``NotFound``, also for who may not steward and asks for another's row."""
    return ledger.entry(actor, number)


def ledger_missing(number: int) -> NotFound:
    """What is raised for a row that is not there, or not for this reader: nobody learns which."""
    return ledger.missing(number)


def seal_of(number: int) -> Seal | None:
    """The seal that holds a row of the ledger; None while its transaction, or one begun earlier, may still be open."""
    return seals.holding(number)


def seal_ledger() -> Sealed:
    """Take every row of the ledger whose transaction has ended into the chain, and close the days that have ended.
    Not inside a transaction that wrote to the ledger: its own rows are not ended. Another sealer at work: nothing.
    What analysts read (``guard.inbox``) is taken into the ledger before."""
    inbox.take()
    return seals.seal()


def verify_ledger(
    *, macs: bool = True, key: str = "", since: datetime | None = None, witnessed: Path | None = None
) -> Report:
    """Check the ledger: every row's mac (unless ``macs`` is False), the chain, its signatures by the public key (this
    instance's, unless ``key`` gives another), the days' heads, and those kept elsewhere in the file ``witnessed``.

    ``since`` checks from the first seal made then on. Memory is bounded by what is unaccounted for, not by the ledger.
    Raises ``Invalid`` for a key or a file of heads that cannot be read.
    """
    copies = tuple(heads.read(witnessed)) if witnessed else ()
    return verify.verify(verify.Asked(macs, key, since, copies))


def ledger_standing() -> LedgerStanding:
    """How far the ledger is sealed, and what the last check said."""
    return _sealed.standing()


def keep_report(report: Report) -> None:
    """Keep what a check said for ``ledger_standing``."""
    _sealed.keep(report)


def ledger_heads() -> list[Head]:
    """The heads of the days, oldest first."""
    return heads.stored()


def ledger_key() -> str:
    """The public key by which seals and heads are verified: 64 hexadecimal digits (Ed25519, RFC 8032)."""
    return keys.public_key()


def accept_ledger_loss(actor: Actor, reason: str) -> int:
    """Say that the database was set back on purpose (a restored backup): the ledger's check no longer tells of it as a
    fault. Leaves a ledger row and a signed line beside the heads. Gives the number of losses accepted."""
    return _sealed.accept(actor, reason)


def actor_of(request: Any) -> Actor:
    """The actor behind a Django request: whose key, certificate or token it shows, else the signed-in account, or
    ANONYMOUS. ``purpose`` is taken from the header ``Lingqu-Purpose`` (percent-encoded UTF-8) or, of people on pages,
    from ``request.session["purpose"]``; ``agreement`` from ``Lingqu-Agreement``. Raises ``Refused`` (401) for a key
    that opens nothing."""
    return mandates_.actor_of(request)


def represented(actor: Actor) -> list[Represented]:
    """Whom the actor may act for now, those that the registers say first. Asked anew with every call: what was revoked
    is not in it. Systems, devices and strangers act for nobody."""
    return mandates_.represented(actor)


def represents(actor: Actor, entity_id: str, does: str = "", service: str = "") -> bool:
    """Whether the actor may act for an entity now. ``does``: ``see`` or ``apply``; ``service``: code of a procedure."""
    found = mandates_.one(actor, entity_id)
    return found is not None and found.may(does, service)


def require_represents(actor: Actor, entity_id: str, does: str = "", service: str = "") -> Represented:
    """Raises ``Refused`` (``access.represents``) where ``represents`` says no; the ledger has it."""
    return mandates_.require(actor, entity_id, does, service)


def on_behalf(request: Any) -> str:
    """Id of the entity that the session acts for, checked anew with this request; empty for oneself."""
    found = actor_of(request).behalf
    return found.id if found else ""


def behalf_lost(request: Any) -> bool:
    """Whether the session was acting for somebody for whom it may not act any more."""
    return mandates_.lost(request)


def act_for(request: Any, entity_id: str) -> Represented | None:
    """From here on the session acts for this entity, or (empty) for oneself. Raises ``Refused``
    (``access.represents``)."""
    return mandates_.choose(request, entity_id)


def give_mandate(actor: Actor, offer: MandateOffer) -> int:
    """Offer another account to act for oneself or for whom the registers let one act; gives its number. It holds once
    accepted. Raises ``Refused`` (``access.represents``), ``Invalid``."""
    return _give_mandate(actor, offer)


def answer_mandate(actor: Actor, number: int, *, accept: bool) -> None:
    """By whom it was offered to. Raises ``NotFound``, ``Conflict``."""
    _answer_mandate(actor, number, accept=accept)


def end_mandate(actor: Actor, number: int) -> None:
    """At once, by either side or who represents the same by the registers. Raises ``NotFound``."""
    _end_mandate(actor, number)


def mandates(actor: Actor, entity_id: str = "") -> list[Mandated]:
    """Mandates that the actor gave, took, or that are about the own person or whom the actor represents by the
    registers; newest first."""
    return mandates_.mandates(actor, entity_id)


def representations() -> dict[str, Representation]:
    """The rules by which registers say who acts for whom."""
    return drawing.every(Representation)


def refresh_representations(ids: Sequence[str] | None) -> None:
    """Work out anew who represents whom by the registers: of these entities, or (None) all. For the store, which knows
    what changed."""
    representing.refresh(ids)


def representatives(rules: Sequence[str], limit: int = 100) -> list[str]:
    """Ids of persons who represent somebody by each of these rules."""
    return representing.representatives(rules, limit)


def acting_as(wanted: Iterable[tuple[int | None, str, str]]) -> dict[tuple[int | None, str, str], Actor | None]:
    """Who acts now for somebody who asked earlier to be told of something: (account, purpose, agreement) → actor, with
    what the account holds at this moment; None where it is closed, over or gone. An account None is everybody."""
    return actors.acting_as(wanted)


def issue(
    *,
    agreement: str,
    department: str,
    grant: Grant,
    begins: datetime,
    ends: datetime,
    accounts: tuple[str, ...] = (),
    people_roles: tuple[str, ...] = (),
    consent: bool = False,
    basis: str = "",
) -> Standing:
    """Grant by an agreement: to the department's systems (all, or those named) and to its people who hold one of
    ``people_roles``. ``consent``: only of persons whose consent to this agreement is living."""
    return _standing.issue(
        agreement=agreement,
        department=department,
        grant=grant,
        begins=begins,
        ends=ends,
        accounts=accounts,
        people_roles=people_roles,
        consent=consent,
        basis=basis,
    )


def end(agreement: str, why: str) -> int:
    """End all that an agreement grants, at once for whoever asks next; gives how many grants ended."""
    return _standing.end(agreement, why)


def agreed(actor: Actor, agreement: str, entity_type: str) -> list[Standing]:
    """What this agreement grants of a type to the actor, living or ended."""
    return [s for s in grants.standings(actor) if s.agreement == agreement and entity_type in s.grant.types]


def holds(actor: Actor) -> list[Holds]:
    """All that is granted to the actor, by roles and by agreements (these also where they ended or have not begun)."""
    return agreeing.holds(actor)


def require_agreed(actor: Actor, agreement: str, entity_type: str, action: Action = "read") -> list[Standing]:
    """What this agreement grants of a type to the actor under the purpose stated. Raises ``NotFound`` for an agreement
    of others or none, ``Refused`` where it ended, grants another action or is for another purpose."""
    return agreeing.require(actor, agreement, entity_type, action)


def consent_bound(actor: Actor, agreement: str, entity_type: str = "", *, living: bool = True) -> list[Standing]:
    """What an agreement grants to the actor of persons who consent. Raises ``NotFound`` where it is none of the
    actor's or asks no consent, ``Refused`` where it ended."""
    return agreeing.consent_bound(actor, agreement, entity_type, living)


def opens_plainly(actor: Actor, entity_type: str, owner: str, region: str, entity_id: str) -> bool:
    """Whether roles open this entity by themselves, so that no agreement is used up by reading it."""
    if actor.kind == "system":
        return True
    return bool(grants.covering(actor, "read", entity_type, owner or "-", region or "-", entity_id, ()))


def used_by(actor: Actor, reached: Iterable[tuple[int, ...]]) -> dict[str, tuple[int, int | None]]:
    """Agreement → (how many of these entities only it reaches, its quota a day), from ``reached`` of each entity that
    roles do not open."""
    return _usage.agreements(actor, reached)


def use(actor: Actor, used: Mapping[str, tuple[int, int | None]]) -> None:
    """Count what was read under agreements, in the caller's transaction. Raises ``Refused`` (``access.quota``)."""
    _usage.count(actor, used)


def usage(agreement: str, since: date) -> list[tuple[date, int, int]]:
    """(day, calls, entities) of an agreement, the oldest first."""
    return _usage.by_day(agreement, since)


def usage_in(since: date, before: date) -> dict[str, tuple[int, int]]:
    """Agreement → (calls, entities) from a day up to and without another."""
    return _usage.in_days(since, before)


def ask_consent(
    actor: Actor, *, person: str, agreement: str, department: str, items: tuple[str, ...], matter: str, until: datetime
) -> Consented:
    """Ask a person for consent. One that is asked or given already is given back."""
    return consents.ask(
        actor, person=person, agreement=agreement, department=department, items=items, matter=matter, until=until
    )


def give_consent(actor: Actor, number: int, *, way: str = "page", evidence: str = "") -> Consented:
    """The person consents; or (``way="paper"``) the asking department enters a signed paper by its number and digest.
    Raises ``NotFound``, ``Conflict``."""
    return consents.give(actor, number, way=way, evidence=evidence)


def refuse_consent(actor: Actor, number: int) -> Consented:
    return consents.refuse(actor, number)


def withdraw_consent(actor: Actor, number: int) -> Consented:
    """Works at once. Raises ``NotFound``, ``Conflict``."""
    return consents.withdraw(actor, number)


def consents_of(person: str) -> list[Consented]:
    """All that a person was asked for, newest first."""
    return consents.of_person(person)


def consents_to(agreement: str, person: str = "", limit: int = 100, before: int | None = None) -> list[Consented]:
    """Newest first; ``before`` is the number of the last one seen."""
    return consents.of_agreement(agreement, person, limit, before)


def require_analyst(username: str) -> None:
    """Raises ``Refused`` (``access.analyst``) unless this is a living account with the role ``analyst``."""
    analysts.require(username)


def working_for(ask: Callable[[], Actor]) -> AbstractContextManager[None]:
    """All that is done inside is done for the actor that ``ask`` names, when somebody must know: connections of the web
    role see what this actor may see (ADR 6), or whoever ``visible`` was asked for last."""
    return passes.working_for(ask)


def under_pass(execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's execute wrapper for connections of the web role."""
    return passes.under_pass(execute, statement, params, many, context)


def outbound_hosts() -> tuple[str, ...]:
    """Hosts that Lingqu itself may call (setting ``LINGQU_OUTBOUND``)."""
    return outbound.allowed()


def outbound_place(url: str) -> _outbound.Place:
    """An address that may be called, looked up. Raises ``Invalid`` (``source.outbound``) for every other one."""
    return _outbound.place(url, outbound.allowed())


def outbound_reach(host: str, port: int) -> str:
    """The IP address to connect to, for what is not asked over HTTP. Raises like ``outbound_place``."""
    return _outbound.reach(host.lower().rstrip("."), port, outbound.allowed())


def outbound_client(*, timeout: float, headers: dict[str, str] | None = None) -> httpx.Client:
    """For every call that Lingqu makes: asks allowed hosts only, at the address that was checked, and follows no
    redirects."""
    return _outbound.client(outbound.allowed, timeout=timeout, headers=headers)


def systems(department: str) -> list[str]:
    """Names of the accounts of a department's systems that can be used."""
    return accounts.systems(department)


def people(department: str) -> list[Actor]:
    """The persons whose accounts are of a department and can be used, as they act now."""
    return accounts.people(department)


def reads_of(
    person: str,
    *,
    own: bool | None = False,
    department: str = "",
    act: str = "",
    words: str = "",
    number: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Look]:
    """Who looked at a person's record, newest first, without what is held back for a time (``Purpose.delay_days``).
    ``own``: looks of the person's own account only, or without them; None gives both. For that person's eyes: whether
    it is that person is for the caller to know."""
    return looks.of(
        person, own=own, department=department, act=act, words=words, number=number, before=before, limit=limit
    )


def readers_of(person: str) -> list[tuple[str, int, datetime]]:
    """(department, looks, last look) at a person's record, as ``reads_of`` shows them; the last first."""
    return looks.departments(person)


def note_held_back(person: str) -> None:
    """Leave a ledger row where a person who looked was not shown every look. The person is not told."""
    looks.note_held_back(person)


def delayed_reads(before: int | None = None, limit: int = 50) -> list[Delayed]:
    """Looks that their persons are not shown yet, newest first: for auditors."""
    return looks.delayed(before, limit)


def object_to(actor: Actor, *, department: str, words: str, due: datetime, look: int = 0) -> Objected:
    """The person objects to one look (a ledger row that ``reads_of`` showed) or to a department's processing. Raises
    ``NotFound``, ``Invalid``, ``Conflict`` where the same is open already."""
    return objections_.object_to(actor, department=department, words=words, due=due, look=look)


def answer_objection(actor: Actor, number: int, *, upheld: bool, words: str, law: str = "") -> Objected:
    """The department answers; to reject takes the law. Raises ``NotFound``, ``Refused``, ``Invalid``, ``Conflict``."""
    return objections_.answer(actor, number, upheld=upheld, words=words, law=law)


def objections_of(person: str) -> list[Objected]:
    """Newest first."""
    return objections_.of_person(person)


def objections(
    actor: Actor, *, everything: bool = False, state: str = "", before: int | None = None, limit: int = 50
) -> list[Objected]:
    """Those that the actor's department answers, newest first; all of them for who stewards everything, or for whom
    the caller says so (auditors)."""
    return objections_.listed(actor, everything=everything, state=state, before=before, limit=limit)


def link_demo_account(username: str, person: str, name: str) -> None:
    """Make a demo account that of a person of the register."""
    accounts.link(username, person, name)


def demo_accounts() -> list[Demo]:
    """The accounts that roles offer for one-click login; empty outside demo mode."""
    return accounts.demo_accounts()


def ensure_demo_accounts() -> list[str]:
    """Create or refresh the demo accounts (without a password) and give their usernames. Raises ``Refused`` outside
    demo mode."""
    return accounts.ensure_demo_accounts()


__all__ = [
    "ANONYMOUS",
    "DOES",
    "KEY",
    "SCOPES",
    "SYSTEM",
    "Act",
    "Action",
    "Actor",
    "Consented",
    "Delayed",
    "Demo",
    "Grant",
    "Head",
    "Held",
    "Holding",
    "Holds",
    "KnownClient",
    "LedgerEntry",
    "LedgerFault",
    "LedgerStanding",
    "Look",
    "MandateOffer",
    "Mandated",
    "Objected",
    "Purpose",
    "Report",
    "Representation",
    "Represented",
    "Scope",
    "Seal",
    "Sealed",
    "Standing",
    "TokenRefused",
    "Told",
    "Way",
    "account_of_token",
    "acting",
    "administration",
    "clients",
    "free_username",
    "locked_until",
    "login_failed",
    "login_refused",
    "login_succeeded",
    "needs_second_factor",
    "prepared",
    "register_client",
    "revoke_client",
    "rotate_client",
    "settle_account",
    "steady",
    "tenancy",
    "tidy",
    "told_by_provider",
]
