"""A matter (一件事): a few questions narrow it down to services in their order and one list of papers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.guides import door as guides
from lingqu.ui.services import words
from lingqu.ui.services.listing import platform, row


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    bundle = guides.bundle(code)
    answers = {
        q.code: request.GET[q.code] == "yes" for q in bundle.questions if request.GET.get(q.code) in ("yes", "no")
    }
    plan, audience = guides.plan(bundle, answers), bundle.audience[0]
    front = reverse("enterprise:services" if audience == "firms" else "citizen:services")
    open_questions = [q for q in bundle.questions if q.code not in answers]
    context: dict[str, Any] = {
        "crumbs": [
            platform(audience),
            (_("Public services"), front),
            (bundle.title.say(get_language() or "zh-hans"), ""),
        ],
        "of": bundle,
        "questions": [(q, answers.get(q.code)) for q in bundle.questions],
        "left": len(open_questions),
        "waves": [[{**row(place.service), "place": place} for place in wave] for wave in plan.waves],
        "count": len(plan.services),
        "bring": [(m, asking) for m, asking in plan.materials if m.fetched is None],
        "fetched": [(m, asking) for m, asking in plan.materials if m.fetched is not None],
        "asked": plan.asked,
        "once": len(plan.materials),
        "days": words.days(plan.days),
        "yuan": plan.yuan,
    }
    return render(request, "ui/services/matter.html", context)
