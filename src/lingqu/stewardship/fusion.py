"""Fusion: the registers, their rules, and their runs with every named step and its SQL."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.overview import registers


def steps() -> dict[str, str]:
    """The named steps of a run, in words."""
    return {
        "gather": _("Gather the records"),
        "normalise": _("Bring values into one form"),
        "exact": _("Match by identifier"),
        "near": _("Match by nearness"),
        "link": _("Match by likeness"),
        "score": _("Score the pairs"),
        "cluster": _("Put matches together"),
        "identify": _("Name the things"),
        "survive": _("Choose the values"),
        "relate": _("Find the relations"),
        "compile": _("Write the drafts"),
        "disputes": _("List the disputes"),
        "publish": _("Keep the links"),
        "write": _("Write into the register"),
        "delete": _("Take out what is gone"),
    }


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    context = frame("fusion", (_("Fusion"), ""), registers=registers(fusion.dispute_counts()))
    return render(request, "stewardship/fusion.html", context)


@require_safe
@stewards
def entry(request: HttpRequest, code: str) -> HttpResponseBase:
    rules = drawing.one(RegisterRules, code)
    resources = catalogue.resources()
    kind = entities.entity_types().get(rules.type)
    context = frame(
        "fusion",
        (_("Fusion"), reverse("stewardship:fusion")),
        (rules.title.say(get_language() or "zh-hans"), ""),
        rules=rules,
        kind=kind,
        contributions=[{"part": part, "resource": resources.get(part.resource)} for part in rules.contributions],
        runs=fusion.runs(code, limit=10),
        steps=steps(),
    )
    return render(request, "stewardship/register.html", context)
