"""The forms an application becomes, as far as its answers go: on the page, as PDF, all of them as files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from lingqu.centre.papers import door as papers
from lingqu.ui.applying.blanks import shown
from lingqu.ui.applying.holder import Holder
from lingqu.ui.applying.pages import crumbs, held


def _dossier(holder: Holder) -> papers.Dossier:
    return papers.applications.dossier(holder.actor, holder.asked, holder.answers, holder.looks)


def _known(holder: Holder, code: str) -> papers.Form:
    found = next((form for form in holder.asked.book.forms if form.code == code), None)
    if found is None:
        raise Http404(code)
    return found


@require_safe
@held
def form(request: HttpRequest, holder: Holder, code: str) -> HttpResponse:
    of = _known(holder, code)
    title = of.title.say(get_language() or "zh-hans")
    context: dict[str, Any] = {
        "crumbs": crumbs(holder, title),
        "holder": holder,
        "form": of,
        "office": holder.asked.book.rules.offices[of.office],
        "rows": rows(_dossier(holder), of),
    }
    return render(request, "ui/applying/form.html", context)


def rows(dossier: papers.Dossier, of: papers.Form) -> list[dict[str, Any]]:
    """Fields in printed order with their value and where it comes from."""
    return [{"field": field, "fate": fate, "value": shown(value)} for field, fate, value in dossier.of(of)]


@require_safe
@held
def file(request: HttpRequest, holder: Holder, code: str) -> HttpResponse:
    """One form as PDF."""
    _known(holder, code)
    return pdf(papers.form_pdf(_dossier(holder), code), code)


def pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_safe
@held
def files(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Every form as PDF and as data, in one ZIP."""
    made = papers.bundle(_dossier(holder))
    headers = {"Content-Disposition": f'attachment; filename="{holder.key}.zip"'}
    return HttpResponse(made, content_type="application/zip", headers=headers)
