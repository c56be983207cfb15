"""What stands where among the deliveries."""

from __future__ import annotations

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.exchange import models
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.exchange.records import Delivery, of_row
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


def sources() -> dict[str, Source]:
    return drawing.every(Source)


def source(code: str) -> Source:
    return drawing.one(Source, code)


def row(delivery_id: int, *, locked: bool = False) -> models.Delivery:
    """``locked`` until the transaction ends."""
    rows = models.Delivery.objects.select_for_update() if locked else models.Delivery.objects
    found = rows.filter(pk=delivery_id).first()
    if found is None:
        raise NotFound(
            "delivery.unknown",
            Text(zh=f"没有编号为 {delivery_id} 的交付", en=f"There is no delivery {delivery_id}"),
            place=str(delivery_id),
        )
    return found


def delivery(delivery_id: int) -> Delivery:
    return of_row(row(delivery_id))


def deliveries(source: str, resource: str, state: str, before: int | None, limit: int) -> list[Delivery]:
    found = models.Delivery.objects.order_by("-id")
    for name, value in {"source": source, "resource": resource, "state": state, "id__lt": before}.items():
        found = found.filter(**{name: value}) if value else found
    return [of_row(r) for r in found[:limit]]


def pending() -> list[Delivery]:
    return [of_row(r) for r in models.Delivery.objects.filter(state__in=("received", "landed")).order_by("id")]


def current(resource: str) -> list[Delivery]:
    """Checked deliveries of the resource, oldest first; of a snapshot the newest of each source that still is one."""
    known = {code for code, source in sources().items() if source.resource == resource}
    found = models.Delivery.objects.filter(resource=resource, state="checked", source__in=known)
    if catalogue.resource(resource).mode == "snapshot":
        newest = found.order_by("source", "-received_at", "-id").distinct("source").values("pk")
        found = models.Delivery.objects.filter(pk__in=newest)
    return [of_row(r) for r in found.order_by("id")]
