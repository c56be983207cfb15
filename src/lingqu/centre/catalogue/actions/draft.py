"""Begin a request, or fill in more of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import history, models, requests, rights, workflow
from lingqu.centre.catalogue.definitions import Department, InformationResource
from lingqu.centre.catalogue.records import Request, Wish, of_request, put_wish
from lingqu.centre.drawing import door as drawing


@transaction.atomic
def draft(
    actor: access.Actor, consumer: str, resource: str, wish: Wish, *, renews: str = "", changes: str = ""
) -> Request:
    drawing.one(Department, consumer)
    provider = drawing.one(InformationResource, resource).department
    rights.require_for(actor, consumer, resource)
    now = timezone.now()
    row = models.Request(
        number=history.next_number("R", now),
        consumer=consumer,
        provider=provider,
        resource=resource,
        created_by=actor.name[:200],
        since=now,
        renews=renews,
        changes=changes,
    )
    put_wish(row, wish)
    row.save()
    models.Step.objects.create(
        number=row.number, at=now, act="draft", state="draft", by=actor.name[:200], department=actor.department
    )
    return of_request(row)


@transaction.atomic
def edit(actor: access.Actor, number: str, wish: Wish) -> Request:
    """Raises ``Conflict`` for what was sent in already."""
    row = requests.row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    workflow.after(row.state, "submit", number)
    put_wish(row, wish)
    row.save()
    return of_request(row)
