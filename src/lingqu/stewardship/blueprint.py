"""The drawing as it stands: its revisions and every definition in it, to read (files are where it is changed)."""

from __future__ import annotations

import io
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ruamel.yaml import YAML

from lingqu.centre.drawing import door as drawing
from lingqu.kernel.text import Text
from lingqu.stewardship.desk import frame, stewards


def kinds() -> dict[str, str]:
    return {
        "city": _("City"),
        "department": _("Departments"),
        "code_list": _("Code lists"),
        "data_element": _("Data elements"),
        "entity_type": _("Entity types"),
        "resource": _("Information resources"),
        "source": _("Sources"),
        "rule_set": _("Quality rules"),
        "register": _("Base registers"),
        "procedure": _("Procedures"),
        "form": _("Forms"),
        "role": _("Roles"),
        "pack": _("Packs"),
    }


@require_safe
@stewards
def page(request: HttpRequest) -> HttpResponseBase:
    language, titles = get_language() or "zh-hans", kinds()
    placed = drawing.placed()
    chosen = request.GET.get("kind", "")
    groups = [
        {"kind": kind, "title": titles.get(kind, kind), "count": sum(1 for p in placed if p.kind == kind)}
        for kind in sorted({p.kind for p in placed}, key=lambda k: list(titles).index(k) if k in titles else 99)
    ]
    shown = [
        {"placed": p, "title": Text.model_validate(p.document.get("title", p.code)).say(language)}
        for p in placed
        if p.kind == chosen
    ]
    context = frame(
        "blueprint",
        (_("Blueprint"), ""),
        groups=groups,
        chosen=chosen,
        chosen_title=titles.get(chosen, chosen),
        shown=shown,
        revision=drawing.revision(),
        revisions=drawing.revisions(limit=20),
    )
    return render(request, "stewardship/blueprint.html", context)


@require_safe
@stewards
def entry(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    found = next((p for p in drawing.placed() if p.kind == kind and p.code == code), None)
    if found is None:
        raise Http404
    title = Text.model_validate(found.document.get("title", code)).say(get_language() or "zh-hans")
    context = frame(
        "blueprint",
        (_("Blueprint"), reverse("stewardship:blueprint")),
        (kinds().get(kind, kind), f"{reverse('stewardship:blueprint')}?kind={kind}"),
        (title, ""),
        placed=found,
        title=title,
        yaml=_yaml(dict(found.document)),
    )
    return render(request, "stewardship/definition.html", context)


def _yaml(document: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = YAML()
    writer.default_flow_style = False
    writer.dump(document, out)
    return out.getvalue()
