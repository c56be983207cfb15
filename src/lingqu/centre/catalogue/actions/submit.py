"""Send a request in: checked by rules at once; what needs no decision is decided at once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, history, models, requests, requirements, rights, workflow
from lingqu.centre.catalogue.actions import settle
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.catalogue.records import Request, of_request
from lingqu.centre.drawing import door as drawing


@transaction.atomic
def submit(actor: access.Actor, number: str) -> Request:
    row = requests.row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    state = workflow.after(row.state, "submit", number)
    requirements.require(of_request(row))
    now = timezone.now()
    history.enter(row, state, now, clocks.rules().check.days)
    row.submitted_at, row.submitted_by = now, actor.name[:200]
    row.save()
    resource = drawing.one(InformationResource, row.resource)
    forbidden = requirements.never(resource)
    history.add(row, "submit", actor, row.matter, centre=not forbidden and resource.sharing.type == "conditional")
    access.record(actor, "write", entity_type="SharingRequest", count=1, detail={"request": number, "act": "submit"})
    if forbidden:
        said = {"reason": forbidden[0].model_dump(), "law": forbidden[1].model_dump()}
        settle.refuse(access.SYSTEM, row, reason=forbidden[0].zh, law=forbidden[1].zh, said=said)
    elif resource.sharing.type == "unconditional":
        _at_once(row)
    return of_request(models.Request.objects.select_related("agreement").get(pk=row.pk))


def _at_once(row: models.Request) -> None:
    """Shared without conditions: the platform grants as soon as its rules are satisfied."""
    row.state = workflow.after(row.state, "pass", row.number)
    row.passed_at = timezone.now()
    row.save()
    history.add(row, "pass", access.SYSTEM)
    settle.agree(access.SYSTEM, row, {item: "grant" for item in row.items})
