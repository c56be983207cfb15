"""Acts on a draft that both designers share: propose, second, refuse, put aside, take up the drawing's own version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.blueprint.design.frame import designers, frame, say, states
from lingqu.blueprint.design.listing import as_file, titles, told
from lingqu.blueprint.drafts import publishing, standing, store
from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.kernel.text import Text

ACTS = ("propose", "second", "refuse", "drop", "rebase")


@require_POST
@designers
def act(request: HttpRequest, actor: access.Actor, number: int, name: str) -> HttpResponseBase:
    draft = store.one(actor, number)
    version, why = version_of(request), request.POST.get("reason", "")[:400]
    waiting = draft.waiting.id if draft.waiting else 0
    done = {
        "propose": lambda: publishing.propose(actor, number, version, why),
        "second": lambda: administration.second(actor, waiting),
        "refuse": lambda: administration.refuse_proposal(actor, waiting, why),
        "drop": lambda: store.drop(actor, number, version),
        "rebase": lambda: store.rebase(actor, number, version),
    }
    said = {
        "propose": _("Proposed. It is published when another person seconds it."),
        "second": _("Seconded. It is published within seconds."),
        "refuse": _("Refused; the draft is open again."),
        "drop": _("Put aside. It is kept, and can be read."),
        "rebase": _("The draft stands on the drawing's own version now."),
    }
    performed(request, name, done, said)
    return redirect("design:draft", number)


def performed(
    request: HttpRequest, name: str, done: Mapping[str, Callable[[], object]], said: Mapping[str, str]
) -> None:
    """One act by its name, and what the next page says of it. Raises NotFound where there is no such act."""
    if name not in done:
        raise NotFound("blueprint.draft", _("There is no such act"), place=name)
    try:
        done[name]()
    except (Invalid, Conflict) as error:
        told(request, error)
    else:
        messages.success(request, said[name])


def version_of(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@require_safe
@designers
def differences(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft = store.one(actor, number)
    found = standing.changed(draft.kind, draft.code, draft.document)
    context = about(draft) | {"differences": [_difference(each) for each in found]}
    crumbs = ((titles()[draft.kind], ""), (draft.code, ""))
    return render(request, "design/differences.html", frame(*crumbs, **context))


@require_safe
@designers
def yaml(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft = store.one(actor, number)
    return as_file(draft.code, draft.document)


def about(draft: store.Draft) -> dict[str, Any]:
    """What every page of a draft tells of it."""
    return {
        "draft": draft,
        "state": states()[draft.state],
        "title": Text.model_validate(draft.document.get("title") or draft.code),
        "open": draft.state == "draft",
    }


def _difference(found: Any) -> dict[str, Any]:
    how = "added" if found.before is None else "removed" if found.after is None else "changed"
    words = {"added": _("added"), "removed": _("taken away"), "changed": _("changed")}
    return {"where": found.where, "how": words[how], "before": _short(found.before), "after": _short(found.after)}


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return say(Text.model_validate(value))
    text = str(value)
    return text if len(text) <= 400 else text[:399] + "…"
