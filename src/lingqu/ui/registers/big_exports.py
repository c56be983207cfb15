"""An export of very many persons at once needs a second pair of eyes: what has left cannot be called back."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.kernel.definition import Part
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text
from lingqu.ui import purpose

MOST = 10_000
"""Persons in one export from pages without a second pair of eyes."""

CODE = "export"


class Export(Part):
    """``query`` is what the address of the list asks for."""

    kind: str
    form: str
    query: str = ""
    purpose: str = ""


def asked_for(request: HttpRequest, actor: access.Actor, kind: str, form: str) -> Export:
    kept = sorted((k, v) for k, v in request.GET.items() if v)
    query, why = "&".join(f"{k}={v}" for k, v in kept), actor.purpose.partition(":")[0].strip()
    return Export(kind=kind, form=form, query=query, purpose=why)


def held_up(
    request: HttpRequest, actor: access.Actor, kind: EntityType, form: str, query: entities.Query
) -> HttpResponseBase | None:
    """The page that asks for a second pair of eyes; None where the export may go on."""
    if not kind.personal or entities.count(actor, query, most=MOST) <= MOST:
        return None
    export = asked_for(request, actor, kind.code, form)
    if administration.take_up(actor, CODE, export.model_dump()):
        return None
    access.record(actor, "refused", entity_type=kind.code, detail={"rule": "access.four_eyes", "action": "export"})
    return _page(request, kind, form, {}, 403)


def _page(request: HttpRequest, kind: EntityType, form: str, faults: dict[str, str], status: int) -> HttpResponseBase:
    language = get_language() or "zh-hans"
    context = {
        "crumbs": [(kind.title.say(language), reverse("registers:list", args=[kind.code])), (form.upper(), "")],
        "kind": kind,
        "form": form,
        "most": MOST,
        "faults": faults,
        "asked": request.GET.urlencode(),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "ui/export_ask.html", context, status=status)


@require_POST
def ask(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Propose the export. The page that asked stands again, with what is wrong or what comes next."""
    actor, shown = access.actor_of(request), entities.entity_type(kind)
    if purpose.missing(request, shown.personal):
        return purpose.ask(request, reverse("registers:list", args=[kind]))
    access.require(actor, "export", kind)
    export = asked_for(request, actor, kind, form)
    try:
        administration.propose(actor, CODE, export.model_dump(), request.POST.get("reason", ""))
    except Invalid as error:
        language = get_language() or "zh-hans"
        return _page(request, shown, form, {f.column: f.message.say(language) for f in error.faults}, 400)
    return redirect(f"{reverse('registers:export_asked', args=[kind, form])}?{request.GET.urlencode()}")


@require_safe
def asked(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """That it was asked for, and what comes next."""
    shown = entities.entity_type(kind)
    context = {"kind": shown, "form": form, "done": True, "asked": request.GET.urlencode()}
    return render(request, "ui/export_ask.html", context)


def _dangers(actor: access.Actor, export: Export) -> list[str]:
    access.require(replace(actor, way="export"), "export", export.kind)
    return ["export"]


def _may_second(second: access.Actor, proposer: access.Actor, export: Export) -> bool:
    return access.may(second, "administer", export.kind, owner=proposer.department or "-")


def _perform(proposer: access.Actor, export: Export, second: access.Actor) -> None:
    """Nothing leaves yet: who proposed takes the file himself, under the rights of that moment."""
    access.require(replace(proposer, purpose=proposer.purpose or export.purpose), "export", export.kind)


def _about(export: Export) -> Text:
    kind = entities.entity_types().get(export.kind)
    title = kind.title if kind else Text(zh=export.kind, en=export.kind)
    rest = f"{export.form.upper()} {export.query}".strip()
    known = access.purposes().get(export.purpose)
    why = known.title if known else Text(zh=export.purpose, en=export.purpose)
    return Text(zh=f"{title.zh}（{rest}）：{why.zh}", en=f"{title.en} ({rest}): {why.en}")


def register() -> None:
    title = Text(zh="大批量导出个人信息", en="Export personal data of many people")
    administration.register(administration.DangerousAct(CODE, title, Export, _dangers, _perform, _may_second, _about))
