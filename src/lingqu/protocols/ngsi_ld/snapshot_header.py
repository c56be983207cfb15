"""Reading out of a snapshot: the header that names it (CIM 009 6.3.22), and whose it is."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Snapshot
from lingqu.protocols.ngsi_ld import subscription_form

HEADER, _SHOWN = "NGSILD-Snapshot", "HTTP_NGSILD_SNAPSHOT"
_USED = timedelta(minutes=1)


def asked(request: HttpRequest, actor: Actor) -> str:
    """The snapshot that a request is about, empty for none. Raises NotFound for one that is none of the actor's,
    Conflict for one that is not filled yet."""
    name = request.META.get(_SHOWN, "")
    if not name:
        return ""
    row = one(actor, name)
    if row.state == "preparing":
        raise Conflict(
            "ngsi_ld.snapshot.preparing",
            Text(zh="快照仍在生成", en="The snapshot is still being prepared"),
            place=name[:200],
            next_step=Text(
                zh="待 snapshotStatus 不再是 preparing 后再查询", en="Ask once its snapshotStatus has changed"
            ),
        )
    if timezone.now() - row.last_used_at > _USED:
        Snapshot.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return str(row.pk)


def tell(response: HttpResponse, snapshot: str) -> HttpResponse:
    if snapshot:
        response[HEADER] = snapshot
    return response


def one(actor: Actor, name: str) -> Snapshot:
    """A living snapshot of the actor's. Raises NotFound."""
    subscription_form.require_uri(name)
    access.carry(actor)
    row = Snapshot.objects.filter(pk=name, maker=actor.name, expires_at__gt=timezone.now()).first()
    if row is None or actor.kind == "anonymous":
        raise NotFound("ngsi_ld.snapshot", Text(zh="没有这个快照", en="There is no such snapshot"), place=name[:200])
    return row
