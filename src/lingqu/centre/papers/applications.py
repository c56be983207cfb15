"""Applications (申请): whose they are, what stands in them, and the forms they become.

A draft follows the drawing, so that its questions are today's; what was sent keeps to the edition it was sent with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers.answers import values
from lingqu.centre.papers.asking import Asked, asked, thawed
from lingqu.centre.papers.definitions import FormSituation
from lingqu.centre.papers.fetching import Looks, key_of, shown, source_of, tables
from lingqu.centre.papers.models import Application as Row
from lingqu.centre.papers.models import Attachment as File
from lingqu.centre.papers.models import Edition
from lingqu.centre.papers.printed import Dossier
from lingqu.centre.papers.proof import Source
from lingqu.centre.papers.refill import Filled, Filler
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

KEPT = timedelta(days=90)
"""A draft that nobody saved for so long is deleted."""
MOST_DRAFTS = 20


@dataclass(frozen=True)
class Attached:
    id: int
    term: str
    name: str
    media: str
    size: int
    added_at: datetime


@dataclass(frozen=True)
class Application:
    """``answers``: term → what was typed, a text for each row. ``expires_at``: when a draft goes unless it is saved."""

    number: int
    situation: str
    title: Text
    facts: tuple[str, ...]
    account: str
    person: str
    on_behalf_of: str
    answers: Mapping[str, list[str]]
    looks: Mapping[str, Any]
    step: int
    state: str
    begun_at: datetime
    saved_at: datetime
    sent_at: datetime | None
    edition: str
    sent: Mapping[str, Any]
    case: int | None

    @property
    def expires_at(self) -> datetime:
        return self.saved_at + KEPT

    @property
    def answered(self) -> int:
        return sum(any(texts) for texts in self.answers.values())


@dataclass(frozen=True)
class Had:
    """What a register says of one term of a row, as the applicant may see it. ``state``: ``found``, ``none`` (asked,
    nothing there), ``waits`` (its key is not answered), ``office`` (a system that the office asks itself).
    ``corrected``: what the applicant wrote instead. ``entity`` is empty where it is another person's."""

    term: str
    row: int
    state: str
    value: Any
    source: Text
    at: str
    entity: str
    attribute: str
    corrected: str


def told(row: Row) -> Application:
    known = drawing.every(FormSituation).get(row.situation)
    title = known.title if known else Text(zh=row.situation, en=row.situation)
    names = [name for name in Application.__dataclass_fields__ if name not in ("number", "title", "facts")]
    fields = {name: getattr(row, name) for name in names}
    return Application(number=row.pk, title=title, facts=tuple(row.facts), **fields)


def own(actor: access.Actor) -> QuerySet[Row]:
    """The rows that are this actor's: his own, those for him, and those of whom he acts for at the moment."""
    if actor.kind == "anonymous":
        return Row.objects.none()
    whose = Q(account=actor.name, on_behalf_of="") | Q(on_behalf_of__in=actor.selves)
    if actor.behalf:  # who may only act sees what he began himself
        whose |= Q(account=actor.name, on_behalf_of=actor.behalf.id)
    return Row.objects.filter(whose)


def mine(actor: access.Actor, *, state: str = "draft", before: int | None = None, limit: int = 20) -> list[Application]:
    """The actor's own, newest first; ``before`` is the number of the last one seen."""
    rows = own(actor).filter(state=state)
    if actor.behalf:
        rows = rows.filter(on_behalf_of=actor.behalf.id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [told(row) for row in rows.order_by("-pk")[:limit]]


def one(actor: access.Actor, number: int) -> Application:
    """Raises ``NotFound``: others do not learn that there is one."""
    return told(row_of(actor, number))


def row_of(actor: access.Actor, number: int, *, lock: bool = False) -> Row:
    """``lock``: to change it, which takes acting for whom it is for."""
    rows = own(actor).select_for_update() if lock else own(actor)
    row = rows.filter(pk=number).first()
    if row is None:
        error = NotFound(
            "papers.application",
            Text(zh="没有这份申请，或不是您的", en="There is no such application, or it is not yours"),
            place=str(number),
            next_step=Text(zh="到“我的申请”中查看", en="Look at your applications"),
        )
        access.tell(actor, error)
        raise error
    if lock and row.on_behalf_of not in ("", actor.person):
        access.require_represents(actor, row.on_behalf_of, "apply")
    return row


def asked_of(of: Application | Row) -> Asked:
    """Its questions: today's of a draft, those it was sent with of one that was sent."""
    if not of.edition:
        return asked(of.situation, _known_facts(of))
    found = Edition.objects.get(pk=of.edition)
    return thawed(found.edition, found.document, tuple(of.facts))


def _known_facts(of: Application | Row) -> list[str]:
    """Facts that the drawing no longer has are no longer said."""
    known = asked(of.situation).book.rules.facts
    return [fact for fact in of.facts if fact in known]


def fill(
    of: Asked,
    answers: Mapping[str, Any],
    looks: Looks,
    office: Mapping[str, Any] | None = None,
    signature: Mapping[str, Any] | None = None,
) -> Filled:
    """Every form as far as answers, registers, offices and signature go."""
    given = values(of.answerable.values(), answers, of.schemes)
    filler = Filler(of.book, of.made, tables(of.book, looks.actor))
    return filler.fill(given, looks.fetch, office, signature)


def dossier(
    actor: access.Actor,
    of: Asked,
    answers: Mapping[str, Any],
    looks: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
    number: str = "",
) -> Dossier:
    """The forms as the applicant may see them: what registers say of other people is masked. ``sent``: what was kept
    when it was sent."""
    kept, registers = sent or {}, _Shown(actor, 0, dict(looks), live=False)
    filled = fill(of, answers, registers, kept.get("office"), kept.get("signature"))
    return Dossier(of.book, of.made, filled, number)


class _Shown(Looks):
    """Registers as the applicant may see them."""

    def fetch(self, holding: Any, keys: Mapping[str, Any]) -> Mapping[str, Any] | None:
        look = self.look(holding, keys)
        if not look or not look["id"]:
            return None
        mine = look["id"] in self.actor.selves
        return {name: shown(holding.type, name, value, own=mine) for name, value in look["values"].items()}


def had(actor: access.Actor, of: Asked, answers: Mapping[str, Any], looks: Mapping[str, Any]) -> dict[str, list[Had]]:
    """Term → what registers say of it, for each row; nothing is asked anew."""
    known = Looks(actor, 0, dict(looks), live=False)
    filled = fill(of, answers, known)
    return {
        source.term: [_had(known, of, source, filled, answers, row) for row in range(_rows(of, source, filled))]
        for source in of.made.sources.values()
        if source.how == "fetched"
    }


def _rows(of: Asked, source: Source, filled: Filled) -> int:
    if not of.book.repeats(source.term):
        return 1
    lists = [filled.values.get(term) for term in source.needs if of.book.repeats(term)]
    return max((len(each) for each in lists if isinstance(each, list)), default=0)


def _had(looks: Looks, of: Asked, source: Source, filled: Filled, answers: Mapping[str, Any], row: int) -> Had:
    holding = of.holdings[source.rule]
    keys = [filled.values.get(term) for term in source.needs]
    keys = [(key[row] if row < len(key) else None) if isinstance(key, list) else key for key in keys]
    asked_for = dict(zip(holding.key.values(), keys, strict=True))
    texts = answers.get(source.term, ())
    corrected = texts[row] if row < len(texts) else ""
    attribute = holding.gives[source.term.partition(".")[2]]
    if not holding.type:
        return Had(source.term, row, "office", None, holding.title, "", "", "", corrected)
    look = looks.known.get(key_of(holding, asked_for))
    if look is None:
        return Had(source.term, row, "waits", None, holding.title, "", "", "", corrected)
    value = look["values"].get(attribute)
    if not look["id"] or value is None:
        return Had(source.term, row, "none", None, holding.title, look["at"], "", "", corrected)
    mine, (said, at) = look["id"] in looks.actor.selves, source_of(look, attribute, holding)
    value = shown(holding.type, attribute, value, own=mine)
    return Had(source.term, row, "found", value, said, at, look["id"] if mine else "", attribute, corrected)


def attached(number: int) -> list[Attached]:
    """The files of an application; whose it is has been asked before."""
    rows = File.objects.filter(application=number).defer("content").order_by("pk")
    return [Attached(r.pk, r.term, r.name, r.media, r.size, r.added_at) for r in rows]


def file(number: int, attachment: int) -> tuple[Attached, bytes]:
    """Raises ``NotFound``; whose application it is has been asked before."""
    row = File.objects.filter(application=number, pk=attachment).first()
    if row is None:
        raise NotFound("papers.file", Text(zh="没有这份文件", en="There is no such file"), place=str(attachment))
    return Attached(row.pk, row.term, row.name, row.media, row.size, row.added_at), bytes(row.content)


def sent_dossier(number: int, case: int) -> tuple[Dossier, Application]:
    """The forms of an application that was sent, as they were filled, for the departments of its case; who may see
    the case is the caller's to ask. Raises ``NotFound``."""
    row = Row.objects.filter(pk=number, state="sent").first()
    if row is None:
        raise NotFound("papers.application", Text(zh="没有这份申请", en="There is no such application"))
    of, kept = asked_of(row), row.sent
    forms = {code: {int(n): value for n, value in fields.items()} for code, fields in kept["forms"].items()}
    filled = Filled(forms, kept["values"], tuple(kept["disputed"]))
    return Dossier(of.book, of.made, filled, number=str(case)), told(row)


def expire() -> int:
    """Delete drafts that nobody saved for ``KEPT``; gives how many. For the worker."""
    old = Row.objects.filter(state="draft", saved_at__lt=timezone.now() - KEPT)
    count, _by = old.delete()
    if count:
        access.record(access.SYSTEM, "write", entity_type="Application", count=count, detail={"act": "expire"})
    return count
