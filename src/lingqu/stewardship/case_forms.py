"""A department's own forms of a case, as page, PDF and data; the files of the application."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.stewardship.case_words import handlers
from lingqu.stewardship.desk import frame
from lingqu.ui.applying.blanks import shown


def _dossier(actor: access.Actor, number: int) -> tuple[papers.Dossier, procedures.Case]:
    case = procedures.case(actor, number)
    if case.application is None:
        raise Http404(str(number))
    return papers.applications.sent_dossier(case.application, number)[0], case


@never_cache
@require_safe
@handlers
def form(request: HttpRequest, actor: access.Actor, number: int, code: str) -> HttpResponseBase:
    """One of the department's own forms; another's is refused, and the refusal is in the ledger."""
    dossier, case = _dossier(actor, number)
    how = request.GET.get("as", "")
    if how == "pdf":
        headers = {"Content-Disposition": f'attachment; filename="{number}-{code}.pdf"'}
        return HttpResponse(papers.for_office(actor, dossier, code), content_type="application/pdf", headers=headers)
    data = papers.office_data(actor, dossier, code)
    if how == "json":
        return JsonResponse(data, json_dumps_params={"ensure_ascii": False})
    of, language = dossier.form(code), get_language() or "zh-hans"
    context = frame(
        "cases",
        (_("Cases"), reverse("stewardship:cases")),
        (str(number), reverse("stewardship:case", args=[number])),
        (of.title.say(language), ""),
        case=case,
        form=of,
        office=dossier.book.rules.offices[of.office],
        rows=[{"field": field, "fate": fate, "value": shown(value)} for field, fate, value in dossier.of(of)],
        disputed=[dossier.book.words[t].title for t in dossier.filled.disputed if t in dossier.book.words],
    )
    return render(request, "stewardship/case_form.html", context)


@never_cache
@require_safe
@handlers
def file(request: HttpRequest, actor: access.Actor, number: int, attachment: int) -> HttpResponseBase:
    """A file of the application, for the departments of its case."""
    case = procedures.case(actor, number)
    if case.application is None:
        raise Http404(str(number))
    of, content = papers.applications.file(case.application, attachment)
    detail = {"case": number, "file": attachment}
    access.record(actor, "read", entity_type="Application", count=1, detail=detail)
    response = HttpResponse(content, content_type=of.media)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(of.name)}"
    return response
