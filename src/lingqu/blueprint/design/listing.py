"""Procedures and forms with their drafts, one definition with its versions, and a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.blueprint import kinds, writing
from lingqu.blueprint.design import blank
from lingqu.blueprint.design.frame import designers, frame, say, states
from lingqu.blueprint.drafts import standing, store
from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers.door import Form, FormTerms
from lingqu.centre.procedures.door import Procedure
from lingqu.kernel.errors import Conflict, Invalid, LingquError
from lingqu.kernel.text import Text


def titles() -> dict[str, str]:
    return {Procedure.kind: _("Procedures"), Form.kind: _("Forms")}


@require_safe
@designers
def listing(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    drafts, said = store.open_ones(), states()
    groups = []
    for kind, title in titles().items():
        known: dict[str, Any] = dict(drawing.every(kinds.BY_NAME[kind].of))
        rows = [
            {"kind": kind, "code": code, "title": definition.title, "draft": said.get(drafts.get((kind, code), ""))}
            for code, definition in known.items()
        ]
        rows += [
            {"kind": kind, "code": code, "title": None, "draft": said[state]}
            for (of, code), state in sorted(drafts.items())
            if of == kind and code not in known
        ]
        groups.append({"kind": kind, "title": title, "rows": rows})
    return render(request, "design/list.html", frame(groups=groups))


@require_safe
@designers
def entry(request: HttpRequest, actor: access.Actor, kind: str, code: str) -> HttpResponseBase:
    _known(kind)
    placed, number = standing.published(kind, code), store.open_one(kind, code)
    history = store.history(kind, code)
    if placed is None and number is None and not history:
        raise Http404
    draft = store.one(actor, number) if number else None
    document = placed.document if placed else draft.document if draft else {}
    said = states()
    context = frame(
        (titles()[kind], ""),
        (code, ""),
        kind=kind,
        code=code,
        title=Text.model_validate(document.get("title") or code),
        placed=placed,
        draft=draft,
        draft_state=said[draft.state] if draft else None,
        history=[{"row": row, "state": said[row.state]} for row in history],
        may_edit=store.may_edit(actor, kind, document),
    )
    return render(request, "design/definition.html", context)


@require_POST
@designers
def begin(request: HttpRequest, actor: access.Actor, kind: str, code: str) -> HttpResponseBase:
    _known(kind)
    return redirect("design:draft", store.begin(actor, kind, code))


@require_safe
@designers
def yaml(request: HttpRequest, actor: access.Actor, kind: str, code: str) -> HttpResponseBase:
    """What the drawing holds, as a file of the city's folder."""
    _known(kind)
    placed = standing.published(kind, code)
    if placed is None:
        raise Http404
    return as_file(code, placed.document)


def as_file(code: str, document: Any) -> HttpResponse:
    answer = HttpResponse(writing.text(dict(document)), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.yaml"'
    return answer


@designers
def new(request: HttpRequest, actor: access.Actor, kind: str) -> HttpResponseBase:
    _known(kind)
    wrong: list[str] = []
    if request.method == "POST":
        try:
            document = blank.document(kind, request.POST, request.FILES.get("file"))
            return redirect("design:draft", store.begin(actor, kind, document["code"], document))
        except (Invalid, Conflict) as error:
            wrong = _words(error)
    departments = [
        (code, each.title) for code, each in catalogue.departments().items() if access.may(actor, "steward", owner=code)
    ]
    vocabularies = {code: each.title for code, each in drawing.every(FormTerms).items()}
    context = frame(
        (_("A new procedure") if kind == Procedure.kind else _("A new form"), ""),
        kind=kind,
        wrong=wrong,
        given=request.POST,
        departments=departments,
        vocabularies=vocabularies,
        offices=blank.offices(),
    )
    return render(request, "design/new.html", context, status=400 if wrong else 200)


def _words(error: LingquError) -> list[str]:
    return [say(error.message), *(say(fault.message) for fault in error.faults), say(error.next_step)]


def _known(kind: str) -> None:
    if kind not in store.KINDS:
        raise Http404


def told(request: HttpRequest, error: LingquError) -> None:
    """What was refused for its words, on the page that comes next."""
    access.tell(access.actor_of(request), error, place=request.path)
    messages.error(request, " ".join(_words(error)))
