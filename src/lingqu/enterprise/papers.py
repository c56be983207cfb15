"""Forms of many offices as one: the way from all fields to the few questions, a group a page, and every form filled.

A demonstration without procedures: nothing is sent. Answers stay in the session, which ends with the browser's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import is_
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.papers import door
from lingqu.centre.papers.definitions import FormSituation
from lingqu.enterprise import answers
from lingqu.enterprise.waterfall import picture
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Case:
    """One situation, merged."""

    situation: FormSituation
    book: door.Book
    made: door.Merge

    @property
    def groups(self) -> list[tuple[Text, list[door.Question]]]:
        """Questions by subject, in the order in which they are asked."""
        found = groupby(self.made.questions, key=lambda question: question.group)
        return [(self._title(subject), list(questions)) for subject, questions in found]

    def _title(self, subject: str) -> Text:
        known = self.book.terms.subjects.get(subject)
        return known.title if known else Text(zh="其他", en="Other")


_merged: dict[str, tuple[tuple[object, ...], Case]] = {}
"""Merges by situation, each with the definitions it was made of: a city has few situations."""


def _case(code: str) -> Case:
    situation = door.situations().get(code)
    if situation is None:
        raise Http404(code)
    book = door.opened(situation)
    made_of = (situation, book.terms, book.rules, *book.forms)
    before = _merged.get(code)
    if before is not None and len(before[0]) == len(made_of) and all(map(is_, before[0], made_of)):
        return before[1]
    case = Case(situation, book, door.merge(book, situation.true, code))
    _merged[code] = (made_of, case)
    return case


def _crumbs(case: Case | None, here: str = "") -> list[tuple[str, str]]:
    found = [(_("For enterprises"), reverse("enterprise:front"))]
    if case is None:
        return [*found, (_("Many forms as one"), "")]
    found.append((_("Many forms as one"), reverse("enterprise:papers")))
    title = case.situation.title.say(get_language() or "zh-hans")
    if not here:
        return [*found, (title, "")]
    return [*found, (title, reverse("enterprise:situation", args=[case.situation.code])), (here, "")]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    cases = [_case(code) for code in door.situations()]
    return render(request, "enterprise/papers/list.html", {"crumbs": _crumbs(None), "cases": cases})


@require_safe
def situation(request: HttpRequest, code: str) -> HttpResponse:
    """What the situation takes for granted, and the waterfall."""
    case = _case(code)
    facts = case.book.rules.facts
    offices = {form.office for form in case.book.forms}
    context = {
        "crumbs": _crumbs(case),
        "case": case,
        "picture": picture(case.made, get_language() or "zh-hans"),
        "facts": [facts[fact].title for fact in case.situation.true],
        "offices": len(offices),
        "begun": answers.begun(request, code),
    }
    return render(request, "enterprise/papers/situation.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One group of questions; what is understood is kept, what is not is said beside its question."""
    case = _case(code)
    if not 1 <= number <= len(case.groups):
        raise Http404(str(number))
    title, questions = case.groups[number - 1]
    page = answers.Page(request, code, questions)
    if request.method == "POST" and page.take():
        return HttpResponseRedirect(_after(request, case, number))
    said = title.say(get_language() or "zh-hans")
    context = {
        "crumbs": _crumbs(case, said),
        "case": case,
        "title": title,
        "page": page,
        "steps": [
            (i, each, not answers.Page(request, code, asked).missing, i == number)
            for i, (each, asked) in enumerate(case.groups, 1)
        ],
        "before": reverse("enterprise:group", args=[code, number - 1]) if number > 1 else "",
    }
    return render(request, "enterprise/papers/group.html", context, status=422 if page.faults else 200)


def _after(request: HttpRequest, case: Case, number: int) -> str:
    code, then = case.situation.code, request.POST.get("then")
    if then == "row":
        return reverse("enterprise:group", args=[code, number])
    if then == "leave":
        return reverse("enterprise:situation", args=[code])
    if number == len(case.groups):
        return reverse("enterprise:summary", args=[code])
    return reverse("enterprise:group", args=[code, number + 1])


@never_cache
@require_safe
def summary(request: HttpRequest, code: str) -> HttpResponse:
    """All answers, and the forms they become."""
    case = _case(code)
    groups = [(i, t, answers.Page(request, code, questions)) for i, (t, questions) in enumerate(case.groups, 1)]
    forms = [
        (form, case.book.rules.offices[form.office], len(form.fields))
        for form in sorted(case.book.forms, key=lambda form: form.code)
    ]
    missing = sum(page.missing for _number, _title, page in groups)
    context = {"crumbs": _crumbs(case, _("Summary")), "case": case, "groups": groups, "forms": forms}
    return render(request, "enterprise/papers/summary.html", context | {"missing": missing})


@never_cache
@require_safe
def form(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One original form, filled as far as the answers go; the rest says where it will come from."""
    case = _case(code)
    of = next((each for each in case.book.forms if each.code == number), None)
    if of is None:
        raise Http404(number)
    filled = _dossier(request, case).filled
    fates = {fate.n: fate for fate in case.made.fates if fate.form == number}
    rows: list[dict[str, Any]] = [
        {"field": each, "fate": fates[each.seq], "value": answers.shown(filled.forms[number][each.seq])}
        for each in of.fields
    ]
    title = of.title.say(get_language() or "zh-hans")
    context = {"crumbs": _crumbs(case, title), "case": case, "form": of, "rows": rows}
    return render(request, "enterprise/papers/form.html", context | {"office": case.book.rules.offices[of.office]})


def _dossier(request: HttpRequest, case: Case) -> door.Dossier:
    """The forms as far as the session's answers go; registers are not asked."""
    tables = {name: table.rows for name, table in case.book.rules.tables.items()}
    given = answers.given(request, case.situation.code, case.made.questions)
    filled = door.Filler(case.book, case.made, tables).fill(given, lambda holding, keys: None)
    return door.Dossier(case.book, case.made, filled)


@never_cache
@require_safe
def files(request: HttpRequest, code: str) -> HttpResponse:
    """Every form as PDF and as data, in one ZIP."""
    made = door.bundle(_dossier(request, _case(code)))
    headers = {"Content-Disposition": f'attachment; filename="{code}.zip"'}
    return HttpResponse(made, content_type="application/zip", headers=headers)


@never_cache
@require_safe
def file(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One form as PDF."""
    case = _case(code)
    if number not in {each.code for each in case.book.forms}:
        raise Http404(number)
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(door.form_pdf(_dossier(request, case), number), content_type="application/pdf", headers=headers)


@require_POST
def forget(request: HttpRequest, code: str) -> HttpResponse:
    answers.forget(request, code)
    return HttpResponseRedirect(reverse("enterprise:situation", args=[_case(code).situation.code]))
