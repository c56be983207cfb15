"""Tags of our pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lingqu.kernel.text import Text
from lingqu.ui import charts, values

register = template.Library()


def _language() -> str:
    return get_language() or "zh-hans"


@register.filter
def say(text: Text | str | dict[str, str] | None) -> str:
    """A bilingual text in the reader's language."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    if isinstance(text, dict):
        text = Text.model_validate({"zh": text.get("zh", ""), "en": text.get("en", "")})
    return text.say(_language())


@register.filter
def num(value: float | None) -> str:
    return "" if value is None else values.number(value, _language())


@register.filter
def short(value: float | None) -> str:
    return "" if value is None else values.number(value, _language(), short=True)


@register.filter
def percent(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.1f}%"


@register.filter
def size(value: int | None) -> str:
    """Bytes as people say them."""
    left = float(value or 0)
    for unit in ("B", "KB", "MB", "GB"):
        if left < 1024 or unit == "GB":
            return f"{left:.0f} {unit}" if unit == "B" else f"{left:.1f} {unit}"
        left /= 1024
    return ""


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, with the exact time on hover."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    words = values.ago(value, _language())
    exact = f"{local:%Y-%m-%d %H:%M:%S}"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, words)


@register.filter
def when(value: datetime | date | str | None) -> SafeString | str:
    found = values.moment(value) if value else None
    if found is None:
        return str(value or "")
    return format_html('<time datetime="{}">{}</time>', found.isoformat(), values.day(found, _language()))


@register.filter
def last_day(value: datetime | None) -> SafeString | str:
    """The last day of a term: terms end with a day, at the next midnight."""
    return when(timezone.localdate(value - timedelta(seconds=1))) if value else ""


@register.simple_tag
def share(value: float, title: str, target: float | None = None) -> SafeString:
    return charts.share(value, title, target=target)


@register.simple_tag
def trend(series: list[float], title: str) -> SafeString:
    return charts.trend(series, title)


@register.simple_tag(takes_context=True)
def here_with(context: dict[str, Any], **changes: Any) -> str:
    """This address with some of its parameters changed; an empty value takes a parameter away; paging begins anew."""
    request: HttpRequest = context["request"]
    kept = {k: v for k, v in request.GET.items() if k not in ("after", "before")}
    kept.update(changes)
    return "?" + urlencode({k: v for k, v in kept.items() if v not in ("", None)})


@register.inclusion_tag("ui/part_shown.html")
def shown(items: list[values.Shown], codes: bool = True) -> dict[str, Any]:
    """``codes``: whether the code stands behind the name (on records; lists are quieter without)."""
    return {"items": items, "codes": codes}


@register.inclusion_tag("ui/part_map.html", takes_context=True)
def map_of(context: dict[str, Any], name: str, **options: Any) -> dict[str, Any]:
    """A map. ``focus`` is an entity type, ``bounds`` "w,s,e,n", ``geojson`` something to draw on it, ``list_href`` the
    same things as a list."""
    return {"name": name, "language": context.get("language", "zh-Hans"), **options}


@register.simple_tag(takes_context=True)
def facet_link(context: dict[str, Any], name: str, value: str) -> str:
    """``here_with`` for a parameter whose name is data."""
    return here_with(context, **{name: value})
