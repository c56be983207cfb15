"""What changed since the consumer was last told, as upserts and deletions, at least once and in order for each entity.

What a consumer may see changes by more than the change log: consents are given and withdrawn, grants and masks change,
entities expire. So besides following the log, what the consumer holds is compared with what it may see: at the
beginning, whenever the terms changed, and once a day. A deletion is told of an entity that the consumer holds and may
not see any more; it is not told why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import models
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import columns
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import base, post, push

NOTHING = "nothing"
"""The state of a dispatch that had nothing to tell: it is not kept."""
PAGE = 1000
LONG_AGO = datetime.fromtimestamp(0, tz=UTC)
COMPARE_EVERY = timedelta(days=1)


class SubscriptionTarget(post.PostTarget):
    pass


def subscriber(agreement: str) -> str:
    return f"agreement:{agreement}"


def terms(agreement: Agreement) -> str:
    """Of all but the entities themselves that decides what the consumer may see: a digest of what is shown of each, and
    behind a colon the version of consents, which decides which are shown."""
    actor = catalogue.delivering(agreement)
    grants = [(s.id, s.grant.model_dump_json()) for s in _standing(agreement) if s.ended_at is None]
    shown = columns.digest(columns.of(agreement, actor, with_id=True))
    hidden = sorted(access.hidden(actor, agreement.entity_type).items())
    digest = hashlib.sha256(repr((grants, shown, hidden)).encode()).hexdigest()[:40]
    return f"{digest}:{access.version() if agreement.consent else 0}"


def _standing(agreement: Agreement) -> list[access.Standing]:
    return access.agreed(catalogue.delivering(agreement), agreement.number, agreement.entity_type)


def due(agreement: Agreement) -> bool:
    """Whether there is something to tell. Moves the subscriber past changes that do not concern it."""
    at = models.Subscription.objects.filter(pk=agreement.number).first()
    if at is None or compares(at, agreement):
        return True
    name = subscriber(agreement.number)
    place = begun = entities.subscriber_cursor(name)
    while changes := entities.changes(place, PAGE):
        if _concerned(agreement, changes):
            break
        place = changes[-1].cursor
    if place != begun:
        entities.advance_subscriber(name, place)
    return bool(changes)


def compares(at: models.Subscription, agreement: Agreement) -> bool:
    """Whether following the log is not enough."""
    old = at.compared_at is None or timezone.now() - at.compared_at > COMPARE_EVERY
    return old or at.terms != terms(agreement)


def _concerned(agreement: Agreement, changes: list[entities.Change]) -> list[str]:
    """Ids in the order of their last change; of other types only what the consumer holds (its type changed)."""
    ids = list(dict.fromkeys(c.entity_id for c in reversed(changes)))[::-1]
    ours = {c.entity_id for c in changes if c.type == agreement.entity_type}
    ours |= set(_held(agreement, [i for i in ids if i not in ours]))
    return [i for i in ids if i in ours]


def _held(agreement: Agreement, ids: list[str]) -> dict[str, datetime]:
    found = models.Held.objects.filter(agreement=agreement.number, entity_id__in=ids) if ids else ()
    return {row.entity_id: row.modified_at for row in found}


class SubscriptionChannel(base.Channel):
    name = "subscription"
    Target = SubscriptionTarget

    def most_tries(self, target: SubscriptionTarget) -> int:
        return target.tries

    def send(self, work: base.Work) -> None:
        at, _ = models.Subscription.objects.get_or_create(pk=work.agreement.number)
        name = subscriber(work.agreement.number)
        if not work.row.cursor_from:
            work.put(cursor_from=entities.subscriber_cursor(name) or "0.0")
        if compares(at, work.agreement):
            head, under, moment = entities.head(), terms(work.agreement), timezone.now()
            for ids in _differing(work, anew=at.terms[:40] != under[:40]):
                _tell(work, ids)
                if work.row.state == "differs":
                    return
            models.Subscription.objects.filter(pk=at.pk).update(terms=under, compared_at=moment)
            _advance(work, name, head)
        while changes := entities.changes(entities.subscriber_cursor(name), work.target.batch):
            _tell(work, _concerned(work.agreement, changes), changes[-1].cursor)
            if work.row.state == "differs":
                return
        work.row.state = base.reconciled(work.row) if work.row.rows_sent else NOTHING

    def self_check(self, agreement: Agreement, target: SubscriptionTarget) -> list[Finding]:
        return post.self_check(agreement, target)


def _advance(work: base.Work, name: str, place: str) -> None:
    if place:
        entities.advance_subscriber(name, place)
        work.put(cursor_to=place)


def _differing(work: base.Work, anew: bool) -> Iterator[list[str]]:
    """Ids that the consumer must be told of: pages of what it may see beside what it holds. ``anew``: all of them."""
    number, after = work.agreement.number, ""
    query = entities.Query(types=(work.agreement.entity_type,))
    while True:
        seen = entities.versions(catalogue.delivering(work.agreement), query, after=after, limit=work.target.batch)
        last = len(seen) < work.target.batch
        held = models.Held.objects.filter(agreement=number, entity_id__gt=after).order_by("entity_id")
        if not last:
            held = held.filter(entity_id__lte=seen[-1][0])
        standing = dict(held.values_list("entity_id", "modified_at"))
        differing = {i for i, modified in seen if anew or standing.get(i) != modified}
        ids = sorted(differing | (standing.keys() - {i for i, _ in seen}))
        for start in range(0, len(ids), work.target.batch):
            yield ids[start : start + work.target.batch]
        if last:
            return
        after = seen[-1][0]


def _tell(work: base.Work, ids: list[str], cursor: str = "") -> None:
    """One batch of what became of these entities; then, in one transaction, what the consumer holds now, the counts and
    (``cursor``) its place in the log. Killed before that, the batch is sent again. A receipt that names another number
    advances nothing."""
    number = work.agreement.number
    work.require_living()
    upserts = {}
    query = entities.Query(types=(work.agreement.entity_type,), ids=tuple(ids))
    standing = dict(entities.versions(catalogue.delivering(work.agreement), query, limit=len(ids))) if ids else {}
    for entity_id, values in work.rows(tuple(ids)) if ids else ():
        upserts[entity_id] = push.record(work, values)
    gone = [i for i in _held(work.agreement, [i for i in ids if i not in upserts])]
    order = [i for i in ids if i in upserts or i in set(gone)]
    rows = [_operation(i, upserts.get(i)) for i in order]
    if rows:
        work.put(rows_read=work.row.rows_read + len(upserts))
        _may_hold(number, upserts)
        received = push.sent(work, rows)["received"]
        counts = push.counted(work, len(rows), received)
        if received != len(rows):
            work.put(**counts)
            work.row.state = "differs"
            return
    with transaction.atomic():
        if rows:
            _keep(number, {i: standing.get(i) for i in upserts}, gone)
            work.put(attempts=0, **counts)
        if cursor:
            _advance(work, subscriber(number), cursor)


def _operation(entity_id: str, record: dict[str, Any] | None) -> dict[str, Any]:
    if record is None:
        return {"op": "delete", "id": entity_id}
    return {"op": "upsert", "id": entity_id, "record": {k: v for k, v in record.items() if k != columns.ID}}


def _may_hold(number: str, ids: Iterable[str]) -> None:
    """Kept before they leave: whose receipt is lost may have them, and must be told should they go."""
    rows = [models.Held(agreement=number, entity_id=i, modified_at=LONG_AGO) for i in ids]
    models.Held.objects.bulk_create(rows, ignore_conflicts=True)


def _keep(number: str, upserts: dict[str, datetime | None], gone: list[str]) -> None:
    """An entity that changed while it was read is kept with the older time, and so is told of again."""
    rows = [models.Held(agreement=number, entity_id=i, modified_at=m or LONG_AGO) for i, m in upserts.items()]
    models.Held.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agreement", "entity_id"], update_fields=["modified_at"]
    )
    models.Held.objects.filter(agreement=number, entity_id__in=gone).delete()
