"""Dispatches: which there are, and which are to be worked on."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone

from lingqu.centre.exchange import models
from lingqu.centre.exchange.outgoing import records
from lingqu.centre.exchange.outgoing.records import Dispatch
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


def row(number: int) -> models.Dispatch:
    """Raises ``NotFound``."""
    found = models.Dispatch.objects.filter(pk=number).first()
    if found is None:
        raise absent(number)
    return found


def absent(number: int) -> NotFound:
    return NotFound(
        "outgoing.unknown",
        Text(zh=f"没有编号为 {number} 的交付", en=f"There is no delivery out {number}"),
        place=str(number),
        next_step=Text(zh="在对外交付列表中查找", en="Look it up in the list of deliveries out"),
    )


def dispatch(number: int) -> Dispatch:
    return records.of(row(number))


def dispatches(
    *,
    agreement: str = "",
    state: str = "",
    channel: str = "",
    consumer: str = "",
    sides: tuple[str, ...] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Dispatch]:
    """Newest first. ``sides``: only of agreements that one of these departments is a side of."""
    asked = {"agreement": agreement, "state": state, "channel": channel, "consumer": consumer}
    found = models.Dispatch.objects.filter(**{name: value for name, value in asked.items() if value})
    if sides is not None:
        found = found.filter(_of(sides))
    if before is not None:
        found = found.filter(pk__lt=before)
    return [records.of(each) for each in found.order_by("-id")[:limit]]


def _of(sides: tuple[str, ...]) -> Q:
    return Q(provider__in=sides) | Q(consumer__in=sides)


def counts(facet: str, sides: tuple[str, ...] | None = None) -> dict[str, int]:
    """How many dispatches each value of ``agreement``, ``state``, ``channel`` or ``consumer`` has, the most first."""
    rows = models.Dispatch.objects.all() if sides is None else models.Dispatch.objects.filter(_of(sides))
    found = rows.values_list(facet).annotate(n=Count("id")).order_by("-n", facet)
    return {str(value): n for value, n in found[:200]}


def pending() -> list[int]:
    """Ids of what is to be worked on now, the oldest first. What runs stands here too: if its worker died, the next
    one takes it up."""
    found = models.Dispatch.objects.filter(state__in=("waiting", "running"), next_at__lte=timezone.now())
    return list(found.order_by("next_at").values_list("pk", flat=True)[:100])
