"""Forms of many offices as one: situations, and the way of each from all fields to the few questions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.papers import door
from lingqu.enterprise.waterfall import picture


def _crumbs(asked: door.Asked | None) -> list[tuple[str, str]]:
    found = [(_("For enterprises"), reverse("enterprise:front"))]
    if asked is None:
        return [*found, (_("Many forms as one"), "")]
    found.append((_("Many forms as one"), reverse("enterprise:papers")))
    return [*found, (asked.situation.title.say(get_language() or "zh-hans"), "")]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    every = [door.asked(code) for code in door.situations()]
    return render(request, "enterprise/papers/list.html", {"crumbs": _crumbs(None), "cases": every})


@require_safe
def situation(request: HttpRequest, code: str) -> HttpResponse:
    """What the situation takes for granted, and the waterfall."""
    asked = door.asked(code)
    facts = asked.book.rules.facts
    context = {
        "crumbs": _crumbs(asked),
        "case": asked,
        "picture": picture(asked.made, get_language() or "zh-hans"),
        "facts": [facts[fact].title for fact in asked.true],
        "offices": len({form.office for form in asked.book.forms}),
    }
    return render(request, "enterprise/papers/situation.html", context)
