"""The registers' front page, and one search over everything the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.ui import purpose
from lingqu.ui.values import Wording

EACH = 5
"""Hits shown for each type."""


def registers() -> dict[str, str]:
    """The base registers as people call them, in their official order."""
    return {
        "population": _("Population"),
        "legal": _("Legal entities"),
        "geospatial": _("Geospatial"),
        "buildings": _("Buildings"),
        "macro": _("Macro-economy"),
        "none": _("Further things"),
    }


def holdings(actor: access.Actor) -> list[dict[str, Any]]:
    """What each register holds, by entity type with counts, as far as the actor may see it."""
    counts, language = entities.type_counts(actor), get_language() or "zh-hans"
    types = entities.entity_types()
    held = []
    for code, title in registers().items():
        kinds = [
            {
                "title": (kind.plural or kind.title).say(language),
                "note": kind.note,
                "personal": kind.personal,
                "count": counts.get(kind.code, 0),
                "may": kind.public or access.may(actor, "read", kind.code),
                "href": reverse("registers:list", args=[kind.code]),
            }
            for kind in sorted(types.values(), key=lambda t: -counts.get(t.code, 0))
            if kind.register_of == code
        ]
        if kinds:
            held.append({"code": code, "title": title, "kinds": kinds})
    return held


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    held = holdings(access.actor_of(request))
    return render(request, "ui/registers.html", {"held": held, "crumbs": [(_("Registers"), "")]})


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Personal registers are searched only under a stated purpose; without one the page offers to state it."""
    actor = access.actor_of(request)
    words = " ".join(request.GET.get("words", "").split())[:100]
    types = entities.entity_types()
    readable = {c: t for c, t in types.items() if t.public or access.may(actor, "read", c)}
    withheld = [t for t in types.values() if purpose.missing(request, t.personal)]
    searched = {c: t for c, t in readable.items() if any(a.search or a.identifier for a in t.attributes.values())}
    groups = _groups(actor, [t for t in searched.values() if t not in withheld], words) if words else []
    context = {
        "words": words,
        "groups": [g for g in groups if g["hits"]],
        "withheld": withheld,
        "crumbs": [(_("Search"), "")],
    }
    return render(request, "ui/search.html", context)


def _groups(actor: access.Actor, kinds: list[EntityType], words: str) -> list[dict[str, Any]]:
    """One look tells where a rare word is, and only there is it searched in order. A single character is taken for
    common without looking: it may stand in half of all entities."""
    if not kinds:
        return []
    asked = entities.Query(types=tuple(k.code for k in kinds), words=words)
    single = all(len(word) == 1 for word in words.split())
    likely = None if single else entities.types_found(actor, asked)
    if likely is not None:
        return [_hits(actor, kind, words) for kind in kinds if kind.code in likely]
    return [_hits(actor, kind, words, common=True) for kind in kinds]


def _hits(actor: access.Actor, kind: EntityType, words: str, *, common: bool = False) -> dict[str, Any]:
    wording = Wording(get_language() or "zh-hans")
    asked = entities.Query(types=(kind.code,), words=words, limit=EACH, common=common)
    found = entities.find(actor, asked)
    return {
        "kind": kind,
        "hits": [_hit(kind, entity, wording) for entity in found.entities],
        "more": bool(found.next),
    }


def _hit(kind: EntityType, entity: entities.Entity, wording: Wording) -> Mapping[str, Any]:
    beside = kind.attributes[kind.sublabel] if kind.sublabel else None
    return {
        "label": wording.label(kind, entity),
        "beside": wording.show(beside, entity.attrs.get(kind.sublabel or "")),
        "href": reverse("registers:record", args=[kind.code, entity.id]),
    }
