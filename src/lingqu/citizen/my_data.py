"""My data: what the city holds about me, who looked, what I allowed, what I object to, what is to be corrected."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.citizen.shown import Words
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.ui import regions, selves
from lingqu.ui.registers import record
from lingqu.ui.registers.export import guarded
from lingqu.ui.values import Wording

PAGE = 30
EXPORTED = 5000
"""Looks in one file."""


def mine(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for an account that is a person's of the register; its actor is handed on."""

    @wraps(page)
    def guarded_(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        actor = selves.actor(request)
        if not actor.subject:
            return render(request, "citizen/my_nobody.html", {"crumbs": _crumbs()})
        return page(request, actor, **kwargs)

    return guarded_


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    own = (_("My data"), reverse("citizen:my_data") if more else "")
    return [(_("For citizens"), reverse("citizen:front")), own, *more]


def _frame(here: str, title: str, **context: Any) -> dict[str, Any]:
    named = [
        ("my_data", _("What is held")),
        ("my_looks", _("Who looked")),
        ("my_consents", _("Consents")),
        ("my_corrections", _("Corrections")),
        ("my_objections", _("Objections")),
    ]
    tabs = [{"href": reverse(f"citizen:{name}"), "title": words, "here": name == here} for name, words in named]
    crumbs = _crumbs() if here == "my_data" else _crumbs((title, ""))
    return {"tabs": tabs, "crumbs": crumbs, "title": title, **context}


@require_safe
@mine
def page(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    entity = entities.get(actor, actor.subject)
    kind = entities.entity_type(entity.type)
    wording = Wording(get_language() or "zh-hans")
    wording.learn(record.targets(actor, entity), entities.entity_types())
    wording.places = regions.names(actor, [entity.region] if entity.region else [])
    words = Words()
    access.note_held_back(actor.subject)
    readers = [
        {"department": words.department(code), "code": code, "count": n, "at": at}
        for code, n, at in access.readers_of(actor.subject)
    ]
    context = _frame(
        "my_data",
        _("My data"),
        entity=entity,
        name=wording.label(kind, entity),
        sections=record.sections(kind, entity, wording, False),
        readers=readers[:6],
        asked=[c for c in access.consents_of(actor.subject) if c.state == "asked"],
        open_corrections=[c for c in fusion.corrections_of(actor.subject) if c.state in ("open", "accepted")],
    )
    return render(request, "citizen/my_data.html", context)


def _asked_looks(request: HttpRequest) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("department", "act", "words")}
    return asked | {"own": request.GET.get("own") == "1"}


@require_safe
@mine
def looks(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    asked, before = _asked_looks(request), request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    access.note_held_back(actor.subject)
    found = access.reads_of(actor.subject, **asked, before=number, limit=PAGE)
    words = Words()
    groups: list[dict[str, Any]] = []
    for look in found:
        if not groups or groups[-1]["code"] != look.department:
            groups.append({"code": look.department, "department": words.department(look.department), "rows": []})
        groups[-1]["rows"].append(words.look(look))
    context = _frame(
        "my_looks",
        _("Who looked at my record"),
        groups=groups,
        asked=asked,
        acts=words.acts,
        readers=[(code, words.department(code)) for code, _n, _at in access.readers_of(actor.subject)],
        last=found[-1].number if len(found) == PAGE else None,
    )
    return render(request, "citizen/my_looks.html", context)


@require_safe
@mine
def export(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    """The looks as a file, for one's own keeping."""
    asked, words, out = _asked_looks(request), Words(), io.StringIO()
    found = access.reads_of(actor.subject, **asked, limit=EXPORTED)
    writer = csv.writer(out)
    writer.writerow(
        [_("Number"), _("When"), _("Department"), _("Who"), _("What"), _("Purpose"), _("Basis"), _("Items")]
    )
    for each in found:
        row = words.look(each)
        when = timezone.localtime(each.at).isoformat(timespec="seconds")
        purpose = ": ".join(filter(None, (row["purpose"], row["words"])))
        cells = [each.number, when, words.department(each.department), row["who"], row["act"], purpose]
        cells += [row["basis"], "; ".join(row["items"])]
        writer.writerow([guarded(str(cell)) for cell in cells])
    access.record(actor, "export", entity_type="Person", entity_ids=[actor.subject], count=len(found))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="looks-{timezone.localdate():%Y%m%d}.csv"'
    return response


@require_safe
@mine
def consents(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    words = Words()
    found = [words.consent(each) for each in access.consents_of(actor.subject)]
    context = _frame(
        "my_consents",
        _("My consents"),
        asked=[c for c in found if c["state"] == "asked"],
        given=[c for c in found if c["state"] == "given"],
        over=[c for c in found if c["state"] not in ("asked", "given")],
    )
    return render(request, "citizen/my_consents.html", context)


@require_POST
@mine
def consent(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponse:
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "give": (access.give_consent, _("You have given your consent. You can withdraw it here at any time.")),
        "refuse": (access.refuse_consent, _("You have refused. Nothing will be read on this request.")),
        "withdraw": (access.withdraw_consent, _("Withdrawn. From now on nothing more is read on this consent.")),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is not None:
        act[0](actor, number)
        messages.success(request, act[1])
    return redirect("citizen:my_consents")


@require_safe
@mine
def corrections(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    words, entity = Words(), entities.get(actor, actor.subject)
    rows = [words.correction(each, entity.type) for each in fusion.corrections_of(actor.subject) if each.by_person]
    return render(request, "citizen/my_corrections.html", _frame("my_corrections", _("My corrections"), rows=rows))


@require_POST
@mine
def withdraw(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponse:
    fusion.withdraw_correction(actor, number)
    messages.success(request, _("Taken back."))
    return redirect("citizen:my_corrections")


@require_safe
@mine
def objections(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    words = Words()
    rows = [{"of": o, "department": words.department(o.department)} for o in access.objections_of(actor.subject)]
    context = _frame("my_objections", _("My objections"), rows=rows, departments=words.holders())
    return render(request, "citizen/my_objections.html", context)


@require_http_methods(["GET", "POST"])
@mine
def object_to(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    """One question a page: why. ``look`` is a ledger row, else ``department`` whose processing is objected to."""
    said = request.POST if request.method == "POST" else request.GET
    number, department = said.get("look", ""), said.get("department", "")
    look = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    rows = access.reads_of(actor.subject, number=look, limit=1) if look else []
    words, days = Words(), catalogue.sharing_rules().objection.days
    if not rows and department not in catalogue.departments():
        return redirect("citizen:my_objections")
    fault = ""
    if request.method == "POST":
        due = catalogue.due(timezone.now(), days)
        try:
            access.object_to(actor, department=department, words=said.get("words", "")[:2000], due=due, look=look)
        except (Invalid, Conflict) as error:
            fault = error.message.say(get_language() or "zh-hans")
        else:
            messages.success(request, _("Your objection was sent."))
            return redirect("citizen:my_objections")
    context = _frame(
        "my_objections",
        _("Object"),
        look=words.look(rows[0]) if rows else None,
        department=words.department(rows[0].department if rows else department),
        code=rows[0].department if rows else department,
        days=days,
        fault=fault,
        given=said.get("words", ""),
    )
    return render(request, "citizen/my_object.html", context, status=400 if fault else 200)
