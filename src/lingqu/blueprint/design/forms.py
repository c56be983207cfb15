"""The designer of forms: the list of fields, one field, proposals of terms, how it looks, what it adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.blueprint.design import form_edit, form_look
from lingqu.blueprint.design.acts import about, version_of
from lingqu.blueprint.design.blank import offices
from lingqu.blueprint.design.frame import answered, designers, frame, say
from lingqu.blueprint.design.listing import titles, told
from lingqu.blueprint.drafts import standing, store
from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door as papers
from lingqu.centre.papers.door import Form, FormRules, FormTerms
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import Conflict, Fault, Invalid, LingquError, NotFound
from lingqu.kernel.text import Text

TYPES = ("C30", "C100", "C200", "N10", "N14.2", "code", "bool", "date", "text", "file", "sign")


def editor(request: HttpRequest, actor: access.Actor, draft: store.Draft) -> HttpResponseBase:
    found = standing.faults(draft.kind, draft.document)
    by_field = _by_field(found)
    listed = form_edit.fields(draft.document)
    terms = _terms(draft)
    rows = [
        {
            "at": at,
            "field": field,
            "title": _title(field),
            "term": terms.get(str(field.get("binds") or ""), field.get("binds")),
            "faults": by_field.get(at, []),
        }
        for at, field in enumerate(listed)
    ]
    context = {
        **about(draft),
        "rows": rows,
        "rest": [fault for fault in found if not fault.column.startswith("fields.")],
        "errors": sum(fault.severity == "error" for fault in found),
        "unbound": sum(not field.get("binds") for field in listed),
        "offices": offices(),
        "titles": Text.model_validate(draft.document.get("title") or draft.code),
        "editable": draft.state == "draft" and store.may_edit(actor, draft.kind, draft.document),
    }
    return render(request, "design/form.html", frame(*_crumbs(draft), **context))


@require_POST
@designers
def change(request: HttpRequest, actor: access.Actor, number: int, name: str) -> HttpResponseBase:
    """One act on the list of fields, kept as a new version."""
    draft = _draft(actor, number)
    at, given = _whole(request.POST.get("at", "")), request.POST
    done = {
        "head": lambda document: form_edit.head(document, given),
        "add": form_edit.add,
        "remove": lambda document: form_edit.remove(document, at),
        "up": lambda document: form_edit.move(document, at, -1),
        "down": lambda document: form_edit.move(document, at, 1),
        "accept": lambda document: form_edit.accept(document, at, given.get("term", "")[:200]),
    }
    if name not in done:
        raise NotFound("blueprint.draft", _("There is no such act"), place=name)
    try:
        store.save(actor, number, version_of(request), done[name](draft.document))
    except (Invalid, Conflict) as error:
        told(request, error)
    if name == "accept":
        return redirect("design:proposals", number)
    if name == "add":
        return redirect("design:field", number, len(form_edit.fields(draft.document)))
    moved = at + {"up": -1, "down": 1}.get(name, 0)
    answer = redirect("design:draft", number)
    answer["Location"] += f"#field-{max(moved, 0)}" if name in ("up", "down") else ""
    return answer


@designers
def field(request: HttpRequest, actor: access.Actor, number: int, at: int) -> HttpResponseBase:
    draft = _draft(actor, number)
    listed = form_edit.fields(draft.document)
    if at >= len(listed):
        raise NotFound("blueprint.field", _("There is no such field"), place=str(at))
    shown, faults = listed[at], {}
    if request.method == "POST":
        shown = form_edit.field_of(request.POST, listed[at])
        document = form_edit.put(draft.document, at, shown)
        faults = {key: words for key, (words, severity) in _of_field(document, at).items() if severity == "error"}
        if not faults:
            try:
                store.save(actor, number, version_of(request), document)
                answer = redirect("design:draft", number)
                answer["Location"] += f"#field-{at}"
                return answer
            except (Invalid, Conflict) as error:
                told(request, error)
    context = {
        **about(draft),
        "at": at,
        "field": shown,
        "as": shown.get("as", ""),
        "titles": Text.model_validate(shown.get("title") or ""),
        "faults": faults,
        "types": TYPES,
        "code_lists": {code: each.title for code, each in drawing.every(CodeList).items()},
        "terms": _terms(draft),
        "facts": _facts(draft),
    }
    crumbs = (*_crumbs(draft), (_title(shown) or str(at + 1), ""))
    return render(request, "design/field.html", frame(*crumbs, **context), status=400 if faults else 200)


@require_POST
@designers
@answered
def field_check(request: HttpRequest, actor: access.Actor, number: int, at: int) -> HttpResponseBase:
    """The faults of one field as it is typed, by key."""
    draft = _draft(actor, number)
    listed = form_edit.fields(draft.document)
    before = listed[at] if at < len(listed) else {}
    document = form_edit.put(draft.document, at, form_edit.field_of(request.POST, before))
    found = _of_field(document, at)
    return JsonResponse({"faults": {key: {"words": words, "severity": how} for key, (words, how) in found.items()}})


@require_safe
@designers
def proposals(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft = _draft(actor, number)
    context: dict[str, Any] = {**about(draft), "rows": [], "left": 0}
    try:
        form = _form(draft)
        words = form_look.book(form).words
        context["rows"] = [{"of": each, "term": words[each.term].title} for each in form_look.proposals(form)]
        context["left"] = sum(not each.binds for each in form.fields) - len(context["rows"])
    except LingquError as error:
        context["why"] = error.message
    return render(request, "design/proposals.html", frame(*_crumbs(draft), **context))


@require_safe
@designers
def preview(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    """The page as it would be filled, with examples."""
    draft = _draft(actor, number)
    context: dict[str, Any] = {**about(draft)}
    try:
        form = _form(draft)
        data = papers.form_data(form_look.example(form), form.code)
        context |= {"data": data, "sources": _sources()}
    except LingquError as error:
        context["why"] = error.message
    return render(request, "design/preview.html", frame(*_crumbs(draft), **context))


@require_safe
@designers
def pdf(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft = _draft(actor, number)
    form = _form(draft)
    made = papers.form_pdf(form_look.example(form), form.code)
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": "inline"})


@require_safe
@designers
def merged(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    """What the draft does to the questions of each situation."""
    draft = _draft(actor, number)
    context: dict[str, Any] = {**about(draft), "rows": []}
    try:
        context["rows"] = list(form_look.added(_form(draft)))
    except LingquError as error:
        context["why"] = error.message
    return render(request, "design/merged.html", frame(*_crumbs(draft), **context))


def _draft(actor: access.Actor, number: int) -> store.Draft:
    draft = store.one(actor, number)
    if draft.kind != Form.kind:
        raise NotFound("blueprint.draft", _("This draft is no form"), place=str(number))
    return draft


def _form(draft: store.Draft) -> Form:
    """Raises Invalid with what is wrong with the draft."""
    made = standing.read(draft.kind, draft.document)
    if isinstance(made, Form) and made.terms in drawing.every(FormTerms):
        return made
    raise Invalid(
        "blueprint.posted",
        Text(zh="表单还有错误，先改正再预览", en="The form has faults; correct them first"),
        next_step=Text(zh="见检查结果", en="See what the check found"),
        faults=made if isinstance(made, list) else [],
    )


def _of_field(document: Mapping[str, Any], at: int) -> dict[str, tuple[str, str]]:
    """key → (words, severity) of one field."""
    found: dict[str, tuple[str, str]] = {}
    for fault in standing.faults(Form.kind, document):
        parts = fault.column.split(".")
        if parts[0] == "fields" and parts[1:2] == [str(at)]:
            key = parts[2] if len(parts) > 2 else "binds"
            found.setdefault({"written_as": "as", "title": "zh"}.get(key, key), (say(fault.message), fault.severity))
    return found


def _by_field(found: list[Fault]) -> dict[int, list[Fault]]:
    by: dict[int, list[Fault]] = {}
    for fault in found:
        parts = fault.column.split(".")
        if parts[0] == "fields" and len(parts) > 1 and parts[1].isdigit():
            by.setdefault(int(parts[1]), []).append(fault)
    return by


def _title(field: Mapping[str, Any]) -> str:
    title = field.get("title")
    try:
        return say(Text.model_validate(title)) if title else ""
    except ValueError:
        return str(title)


def _terms(draft: store.Draft) -> dict[str, str]:
    """The vocabulary: term → its name in the reader's language."""
    words = drawing.every(FormTerms).get(str(draft.document.get("terms", "")))
    language = get_language() or "zh-hans"
    return {
        f"{name}.{key}": f"{subject.title.say(language)} · {attribute.title.say(language)} ({attribute.type})"
        for name, subject in (words.subjects if words else {}).items()
        for key, attribute in subject.attributes.items()
    }


def _facts(draft: store.Draft) -> dict[str, Text]:
    rules = [each for each in drawing.every(FormRules).values() if each.terms == draft.document.get("terms")]
    return {fact: of.title for each in rules for fact, of in each.facts.items()}


def _sources() -> dict[str, str]:
    return {
        "asked": _("said by the applicant"),
        "derived": _("derived from other fields"),
        "fetched": _("fetched from a register"),
        "assigned": _("written by an office"),
        "signed": _("by electronic signature"),
        "same": _("the same as another"),
        "blank": _("not in this situation"),
        "lost": _("no rule gives it"),
    }


def _crumbs(draft: store.Draft) -> tuple[tuple[str, str], ...]:
    return ((titles()[draft.kind], ""), (draft.code, ""))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
