"""The editor of a procedure; check and try-run are functions of what is posted and write nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from lingqu.blueprint.design.acts import about
from lingqu.blueprint.design.frame import answered, designers, frame, posted, say
from lingqu.blueprint.design.listing import titles
from lingqu.blueprint.design.words import editor_words
from lingqu.blueprint.drafts import standing, store
from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers.door import FormSituation
from lingqu.centre.procedures import door as procedures
from lingqu.centre.procedures.door import Procedure, designing
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text


def editor(request: HttpRequest, actor: access.Actor, draft: store.Draft) -> HttpResponseBase:
    language = get_language() or "zh-hans"
    document = {**draft.document, "diagram": designing.drawn(str(draft.document.get("diagram", "")))}
    given = {
        "document": document,
        "tables": [_tables(text) for text in document.get("decisions", ())],
        "version": draft.version,
        "departments": {code: each.title.say(language) for code, each in catalogue.departments().items()},
        "procedures": {
            code: {
                "title": each.title.say(language),
                "variables": {name: held.title.say(language) for name, held in each.variables.items()},
            }
            for code, each in procedures.procedures().items()
            if code != draft.code
        },
        "situations": {code: each.title.say(language) for code, each in drawing.every(FormSituation).items()},
        "words": editor_words(),
        "editable": draft.state == "draft" and store.may_edit(actor, draft.kind, draft.document),
    }
    crumbs = ((titles()[draft.kind], ""), (draft.code, ""))
    return render(request, "design/procedure.html", frame(*crumbs, given=given, **about(draft)))


@require_POST
@designers
@answered
def save(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    body = posted(request)
    draft = store.one(actor, number)
    version = body.get("version")
    document = _document(draft, body)
    return JsonResponse({"version": store.save(actor, number, version if isinstance(version, int) else 0, document)})


@require_POST
@designers
@answered
def check(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    """What is wrong, at which element; and what differs from the drawing."""
    draft = store.one(actor, number)
    document = _document(draft, posted(request))
    made = standing.read(draft.kind, document)
    found = [_told(fault) for fault in made] if not isinstance(made, Definition) else list(_faults(made, document))
    before = drawing.every(Procedure).get(draft.code)
    compared = designing.compare(before, made) if isinstance(made, Procedure) else designing.Compared()
    return JsonResponse(
        {
            "faults": found,
            "added": compared.added if before else [],
            "changed": compared.changed,
            "removed": compared.titles,
        }
    )


@require_POST
@designers
@answered
def trial(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft, body = store.one(actor, number), posted(request)
    made = standing.read(draft.kind, _document(draft, body))
    if not isinstance(made, Procedure):
        raise _unreadable(made if isinstance(made, list) else [])
    run = designing.trial(made, _mapping(body.get("begin")), [_move(each) for each in _list(body.get("moves"))])
    return JsonResponse(
        {
            "waiting": [_waiting(run.of, token, node) for token, node in sorted(run.waiting.items())],
            "path": [[node, say(run.of.says(node))] for node in run.path],
            "answers": run.answers,
            "asks": run.asks,
            "ended": say(run.of.says(run.ended)) if run.ended else "",
            "stuck": run.stuck,
        }
    )


def _waiting(of: procedures.Compiled, token: int, node: str) -> dict[str, Any]:
    """``events``: what may come about besides its being finished, each with what it asks and how it comes."""
    plan, variables = of.plan, of.procedure.variables

    def asked(names: Iterable[str]) -> list[list[Any]]:
        return [[name, say(variables[name].title), variables[name].type, variables[name].choices] for name in names]

    def message(name: str) -> list[list[Any]]:
        prefix = name.rpartition("/")[0]
        shown = asked(of.procedure.messages[name].answers)
        return [[each.removeprefix(f"{prefix}/" if prefix else ""), *more] for each, *more in shown]

    def event(id_: str) -> dict[str, Any]:
        each = plan.nodes[id_]
        how = "timer" if each.wait is not None else "message" if each.message else "caught"
        return {
            "id": id_,
            "title": say(of.says(id_)),
            "how": how,
            "answers": message(each.message) if each.message else [],
        }

    drawn, task = plan.nodes[node], of.procedure.tasks.get(node)
    return {
        "token": token,
        "node": node,
        "title": say(of.says(node)),
        "kind": drawn.kind,
        "answers": asked(task.answers) if task else message(drawn.message) if drawn.message else [],
        "events": [found for found in map(event, drawn.beside) if found["how"] != "caught"],
    }


def _faults(made: Definition, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The diagram's own at their elements, then what the rules of the blueprint say beside."""
    assert isinstance(made, Procedure)
    try:
        plan = procedures.plan_of(made)
        for misfit in procedures.misfits(made, plan):
            yield _told(misfit.fault, misfit.node or designing.element_at(made.diagram, misfit.fault.line or 0))
    except procedures.Faulty as error:
        for fault in error.faults:
            inside = fault.column == "diagram"
            yield _told(fault, designing.element_at(made.diagram, fault.line or 0) if inside else "")
    for fault in standing.faults(Procedure.kind, document):
        if not fault.rule.startswith("procedures."):
            parts = fault.column.split(".")
            yield _told(fault, parts[1] if parts[0] == "tasks" and len(parts) > 1 else "")


def _told(fault: Fault, element: str = "") -> dict[str, Any]:
    return {
        "rule": fault.rule,
        "message": say(fault.message),
        "next": say(fault.next_step) if fault.next_step else "",
        "element": element,
        "where": fault.column,
        "warning": fault.severity == "warning",
    }


def _document(draft: store.Draft, body: dict[str, Any]) -> dict[str, Any]:
    """What the editor holds, its tables as DMN. A table that was not changed keeps its text."""
    given = _mapping(body.get("document"))
    document = {**given, "code": draft.code, "diagram": str(given.get("diagram", "")).replace("\r\n", "\n")}
    if "tables" in body:
        old = [str(text) for text in _list(draft.document.get("decisions"))]
        texts = [_dmn(draft.code, n, old, tables) for n, tables in enumerate(_list(body["tables"]))]
        document["decisions"] = [text for text in texts if text]
    if not document.get("decisions"):
        document.pop("decisions", None)
    return document


def _dmn(code: str, n: int, old: list[str], tables: Any) -> str:
    try:
        made = [designing.Table.model_validate(each) for each in _list(tables)]
    except ValidationError as error:
        raise _unreadable([]) from error
    if n < len(old) and _tables(old[n]) == [table.model_dump(mode="json") for table in made]:
        return old[n]
    return designing.text_of(made, f"{code}_{n + 1}") if made else ""


def _tables(text: str) -> list[dict[str, Any]]:
    """Tables of a DMN text as data; none where it cannot be shown as tables, and the check names why."""
    try:
        return [table.model_dump(mode="json") for table in designing.tables_of(str(text))]
    except (procedures.Faulty, ValueError):
        return []


def _move(given: Any) -> designing.Move:
    held = _mapping(given)
    token = held.get("token")
    return designing.Move(
        token if isinstance(token, int) else 0, _mapping(held.get("answers")), str(held.get("boundary") or "")
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _unreadable(faults: list[Fault]) -> Invalid:
    return Invalid(
        "blueprint.posted",
        Text(zh="内容不完整", en="It is not complete"),
        next_step=Text(zh="见检查结果", en="See what the check found"),
        faults=faults[:10],
    )
