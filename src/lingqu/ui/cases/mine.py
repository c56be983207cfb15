"""My cases as a list, and one with its stages, its clock, what is missing and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict
from lingqu.ui.applying.forms import pdf, rows
from lingqu.ui.cases import beside, words
from lingqu.ui.my.rights import to_sign_in

PAGE = 20


@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    found, states = procedures.applications(access.actor_of(request), PAGE, number), words.states()
    rows = [
        {
            "of": case,
            "state": states[case.state],
            "waits": any(item.state == "returned" for item in case.items) and case.state == "running",
        }
        for case in found
    ]
    context = {
        "crumbs": [(_("My cases"), "")],
        "rows": rows,
        "more": found[-1].id if len(found) == PAGE else None,
    }
    return render(request, "ui/cases/list.html", context)


def own(request: HttpRequest, number: int) -> tuple[access.Actor, procedures.Case]:
    """The case, for its applicant; an office looks at it on its desk. Raises ``NotFound``."""
    actor = access.actor_of(request)
    case = procedures.case(actor, number)
    if not procedures.is_applicant(actor, case):
        raise Http404(str(number))
    return actor, case


@never_cache
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, case = own(request, number)
    plan, language = case.compiled.plan, get_language() or "zh-hans"
    passed = {act.node for act in case.acts if act.node}
    names = case.compiled.named(language)
    drawn = procedures.picture(plan, case.waiting, passed, case.name.say(language), names)
    context = {
        "crumbs": [(_("My cases"), reverse("cases:mine")), (str(number), "")],
        "case": case,
        "state": words.states()[case.state],
        "stages": _stages(case),
        "waiting": [item for item in case.items if item.state == "returned" and case.state == "running"],
        "certificates": _certificates(actor, case),
        "history": _history(case),
        "forms": _forms(actor, case),
        **beside.of_case(actor, case),
        "open": case.state in ("running", "suspended", "stuck"),
        "picture": mark_safe(drawn),  # noqa: S308 (made by us, every word escaped)
    }
    return render(request, "ui/cases/one.html", context)


def _stages(case: procedures.Case) -> list[dict[str, Any]]:
    departments, stages, clocks = catalogue.departments(), words.stages(), words.clocks()
    return [
        {
            "of": item,
            "state": stages[item.state],
            "clock": clocks[item.clock] if case.state == "running" else ("", ""),
            "department": departments.get(item.department),
            "now": item.state in ("open", "claimed", "returned"),
        }
        for item in case.items
        if item.state != "cancelled"
    ]


def _certificates(actor: access.Actor, case: procedures.Case) -> list[Any]:
    """Issued by the case and the actor's own to see."""
    numbers = {act.detail.get("certificate") for act in case.acts if act.act == "issue"}
    return [each for each in papers.certificates.of_person(actor.person) if each.number in numbers]


def _history(case: procedures.Case) -> list[dict[str, Any]]:
    known, language = words.acts(), get_language() or "zh-hans"
    departments = catalogue.departments()
    return [
        {
            "of": act,
            "act": known[act.act],
            "node": case.compiled.says(act.node).say(language),
            "department": departments.get(act.department),
            "words": act.words if act.act in words.SAID else "",
        }
        for act in case.acts
        if act.act in known
    ]


def _forms(actor: access.Actor, case: procedures.Case) -> list[papers.Form]:
    if case.application is None:
        return []
    return sorted(_dossier(actor, case).book.forms, key=lambda form: form.code)


def _dossier(actor: access.Actor, case: procedures.Case) -> papers.Dossier:
    if case.application is None:
        raise Http404(str(case.id))
    of = papers.applications.one(actor, case.application)
    asked = papers.applications.asked_of(of)
    return papers.applications.dossier(actor, asked, of.answers, of.looks, of.sent, str(case.id))


@never_cache
@require_safe
def form(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """One of the forms as it was filled, for the applicant's eyes."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, case = own(request, number)
    dossier = _dossier(actor, case)
    of = dossier.form(code)
    if request.GET.get("as") == "pdf":
        return pdf(papers.form_pdf(dossier, code), code)
    title = of.title.say(get_language() or "zh-hans")
    context = {
        "crumbs": [
            (_("My cases"), reverse("cases:mine")),
            (str(number), reverse("cases:one", args=[number])),
            (title, ""),
        ],
        "case": case,
        "form": of,
        "office": dossier.book.rules.offices[of.office],
        "rows": rows(dossier, of),
    }
    return render(request, "ui/cases/form.html", context)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, case = own(request, number)
    try:
        procedures.withdraw(actor, case.id, request.POST.get("words", "")[:2000])
    except Conflict as error:
        messages.error(request, error.message.say(get_language() or "zh-hans"))
    else:
        messages.success(request, _("Withdrawn. What offices did stays in the history."))
    return redirect("cases:one", number)
