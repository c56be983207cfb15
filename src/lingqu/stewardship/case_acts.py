"""Acts on a case: a page that says what will come of it, then the act. What can be undone says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound
from lingqu.stewardship import case_record
from lingqu.stewardship.case_words import handlers
from lingqu.stewardship.desk import frame

MOST = 2000


def said(error: LingquError) -> str:
    """What an error says and what to do next, on one line."""
    told = [error.message, *(fault.message for fault in error.faults), error.next_step]
    return " ".join(text.say(language()) for text in told if text)


def language() -> str:
    return get_language() or "zh-hans"


def tried(request: HttpRequest, actor: access.Actor, act: Callable[[], Any], done: str) -> bool:
    """Do it; what is refused for its words or came too late is told on the next page."""
    try:
        act()
    except (Invalid, Conflict) as error:
        access.tell(actor, error, place=request.path)
        messages.error(request, said(error))
        return False
    messages.success(request, done)
    return True


def given(request: HttpRequest, name: str, most: int = MOST) -> str:
    return request.POST.get(name, "").strip()[:most]


def answers(request: HttpRequest, procedure: procedures.Procedure, node: str) -> dict[str, Any]:
    """What was answered to a step, by the sorts of its variables."""
    found: dict[str, Any] = {}
    for name in procedure.tasks[node].answers if node in procedure.tasks else ():
        text = request.POST.get(f"answer_{name}", "").strip()
        if text:
            found[name] = _value(procedure.variables[name].type, text)
    return found


def _value(kind: str, text: str) -> Any:
    if kind == "truth":
        return {"yes": True, "no": False}.get(text, text)
    if kind == "number":
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return text
    return text


def missing(text: str) -> list[tuple[str, str]]:
    """A line each: what, a colon, why."""
    lines = [line.replace("：", ":").partition(":") for line in text.splitlines() if line.strip()]
    return [(what.strip(), why.strip()) for what, _colon, why in lines]


def item_of(case: procedures.Case, number: int) -> procedures.Item:
    """Raises ``NotFound``."""
    found = next((item for item in case.items if item.id == number), None)
    if found is None:
        raise NotFound("procedures.item", _("There is no such step in this case"), place=str(number))
    return found


@require_POST
@handlers
def act(request: HttpRequest, actor: access.Actor, number: int, item: int, name: str) -> HttpResponseBase:
    """Claim, put back, hand over, finish or send back."""
    done: dict[str, tuple[Callable[[], None], str]] = {
        "claim": (lambda: procedures.claim(actor, item), _("Taken on. You can put it back.")),
        "release": (lambda: procedures.release(actor, item), _("Put back for the team.")),
        "hand_over": (
            lambda: procedures.hand_over(actor, item, given(request, "to", 150), given(request, "words")),
            _("Handed over."),
        ),
        "complete": (lambda: _complete(request, actor, number, item), _("Written down.")),
        "pass": (
            lambda: procedures.pass_on(actor, item, given(request, "to", 80), given(request, "words")),
            _("Passed on; the applicant is told."),
        ),
        "return": (
            lambda: procedures.send_back(actor, item, missing(given(request, "missing", 8000))),
            _("Sent back to the applicant."),
        ),
    }
    if name not in done:
        raise NotFound("procedures.act", _("There is no such act"), place=name)
    tried(request, actor, *done[name])
    return redirect("stewardship:case", number)


def _complete(request: HttpRequest, actor: access.Actor, number: int, item: int) -> None:
    case = procedures.case(actor, number)
    of, procedure = item_of(case, item), case.compiled.procedure
    picked = picked_of(request, procedures.reasons(procedure, "refuse", of.department, of.node))
    found, reason = answers(request, procedure, of.node), joined(given(request, "reason"), picked)
    procedures.complete(actor, item, found, given(request, "words"), reason)


@require_POST
@handlers
def act_on_case(request: HttpRequest, actor: access.Actor, number: int, name: str) -> HttpResponseBase:
    """Suspend or resume."""
    reason = given(request, "reason")
    done: dict[str, tuple[Callable[[], None], str]] = {
        "suspend": (
            lambda: procedures.suspend(actor, number, reason, given(request, "law", 400)),
            _("Suspended. It can be resumed at any time."),
        ),
        "resume": (lambda: procedures.resume(actor, number, reason), _("The case goes on; its clocks run again.")),
    }
    if name not in done:
        raise NotFound("procedures.act", _("There is no such act"), place=name)
    tried(request, actor, *done[name])
    return redirect("stewardship:case", number)


@require_POST
@handlers
def check(request: HttpRequest, actor: access.Actor, number: int, item: int, name: str) -> HttpResponseBase:
    """What an act on a step will come to, before it is done."""
    case = procedures.case(actor, number)
    pages = {"complete": _check_complete, "return": _check_return}
    if name not in pages:
        raise NotFound("procedures.act", _("There is no such act"), place=name)
    try:
        context = pages[name](request, actor, case, item_of(case, item))
    except (Invalid, Conflict) as error:
        access.tell(actor, error, place=request.path)
        messages.error(request, said(error))
        return redirect("stewardship:case", number)
    context["action"] = reverse("stewardship:case_act", args=[number, item, name])
    return _page(request, case, context)


def _check_complete(
    request: HttpRequest, actor: access.Actor, case: procedures.Case, item: procedures.Item
) -> dict[str, Any]:
    procedure = case.compiled.procedure
    found = answers(request, procedure, item.node)
    foreseen = procedures.foresee(actor, item.id, found)
    picked = picked_of(request, procedures.reasons(procedure, "refuse", item.department, item.node))
    reason = joined(given(request, "reason"), picked)
    yes = {True: _("Yes"), False: _("No")}
    return {
        "title": _("Finish “%(step)s”?") % {"step": item.name},
        "will": _will(foreseen),
        "told": [
            (procedure.variables[name].title.say(language()), yes[value] if isinstance(value, bool) else value)
            for name, value in found.items()
        ],
        "hidden": [(key, value) for key, value in request.POST.items() if key.startswith("answer_")],
        "fields": [
            {"name": "reason", "title": _("Reason for the applicant (when something is refused)"), "value": reason,
             "most": MOST},
            {"name": "words", "title": _("Remark between offices (may be empty)"), "value": given(request, "words"),
             "most": MOST, "rows": 2},
        ],
        "after": _("A finished step cannot be opened again."),
        "button": _("Finish"),
    }  # fmt: skip


def _will(foreseen: procedures.Foreseen) -> list[tuple[str, Any]]:
    """(what, by when)"""
    told: list[tuple[str, Any]] = []
    for step in foreseen.opened:
        words = {"step": step.name.say(language()), "department": case_record.titled(step.department, language())}
        told.append((_("%(step)s begins at %(department)s.") % words, step.due))
    if foreseen.ends is not None:
        told.append((_("The case ends: %(outcome)s.") % {"outcome": foreseen.ends.say(language())}, None))
    if n := foreseen.cancelled:
        told.append((ngettext("%(n)s open step is cancelled.", "%(n)s open steps are cancelled.", n) % {"n": n}, None))
    if foreseen.others and foreseen.ends is None:
        steps = _(", ").join(each.say(language()) for each in foreseen.others)
        told.append((_("The case then still waits for: %(steps)s.") % {"steps": steps}, None))
    return told


def _check_return(
    request: HttpRequest, _actor: access.Actor, case: procedures.Case, item: procedures.Item
) -> dict[str, Any]:
    procedure = case.compiled.procedure
    picked = picked_of(request, procedures.reasons(procedure, "return", item.department, item.node))
    colon = "：" if language().startswith("zh") else ": "
    lines = [f"{each.title.say(language())}{colon}{_sentence(each)}" for each in picked]
    text = "\n".join([*lines, given(request, "missing", 8000)]).strip()
    days = procedure.supplement_days
    will = [
        (_("The applicant is told of everything below at one time."), None),
        (ngettext("%(n)s working day to supplement.", "%(n)s working days to supplement.", days) % {"n": days},
         catalogue.due(now(), days)),
        (_("The clock of this step stands still; other steps go on."), None),
    ]  # fmt: skip
    return {
        "title": _("Send “%(step)s” back to the applicant?") % {"step": item.name},
        "will": will,
        "fields": [
            {"name": "missing", "title": _("Everything that is missing, a line each: what, a colon, why"),
             "value": text, "most": 8000, "rows": 8, "required": True}
        ],
        "after": _("A step is sent back once only: name all that is missing."),
        "button": _("Send back"),
    }  # fmt: skip


@require_POST
@handlers
def check_suspend(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    """Who may not is refused here already."""
    case = procedures.case(actor, number)
    lead = case.compiled.procedure.department
    access.require(actor, "handle", case.procedure, owner=lead)
    picked = picked_of(request, procedures.reasons(case.compiled.procedure, "suspend", lead))
    words = [given(request, "reason"), *(each.words.say(language()) for each in picked)]
    laws = [given(request, "law", 400), *(each.law.say(language()) for each in picked)]
    open_items = sum(item.state in ("open", "claimed") for item in case.items)
    stand = ngettext("The clock of %(n)s step stands still.", "The clocks of %(n)s steps stand still.", open_items)
    context = {
        "title": _("Suspend this case?"),
        "action": reverse("stewardship:case_do", args=[number, "suspend"]),
        "will": [
            (stand % {"n": open_items}, None),
            (_("Nobody works on it until it is resumed; the applicant sees reason and basis."), None),
        ],
        "fields": [
            {"name": "reason", "title": _("Reason"), "value": "\n".join(filter(None, words)), "most": MOST,
             "required": True},
            {"name": "law", "title": _("Basis in law"), "value": "；".join(filter(None, laws)), "most": 400, "rows": 2,
             "required": True},
        ],
        "after": _("It can be resumed at any time; every clock gets back what was left of it."),
        "button": _("Suspend"),
    }  # fmt: skip
    return _page(request, case, context)


@require_safe
@handlers
def hand_over(request: HttpRequest, actor: access.Actor, number: int, item: int) -> HttpResponseBase:
    """To whom, from a list of those who may do it."""
    case = procedures.case(actor, number)
    of = item_of(case, item)
    context = {
        "title": _("Hand over “%(step)s”") % {"step": of.name},
        "action": reverse("stewardship:case_act", args=[number, item, "hand_over"]),
        "will": [(_("Whoever gets it has it in his list; term and clock stay as they are."), None)],
        "colleagues": procedures.colleagues(actor, item),
        "fields": [{"name": "words", "title": _("Why"), "value": "", "most": MOST, "rows": 2, "required": True}],
        "after": _("He can hand it back; the history names both."),
        "button": _("Hand over"),
    }
    return _page(request, case, context)


@require_safe
@handlers
def pass_on(request: HttpRequest, actor: access.Actor, number: int, item: int) -> HttpResponseBase:
    """To which department a step goes that is not one's own matter."""
    case = procedures.case(actor, number)
    of = item_of(case, item)
    context = {
        "title": _("Pass on “%(step)s”") % {"step": of.step.say(language())},
        "action": reverse("stewardship:case_act", args=[number, item, "pass"]),
        "will": [(_("The step begins anew there; the case keeps its promised day, and the applicant is told."), None)],
        "departments": [each for each in catalogue.departments().values() if each.code != of.department],
        "fields": [
            {"name": "words", "title": _("Why (the applicant reads it)"), "value": "", "most": MOST, "rows": 2,
             "required": True},
        ],
        "after": _("The other department can pass it back; the history names both."),
        "button": _("Pass on"),
    }  # fmt: skip
    return _page(request, case, context)


def _page(request: HttpRequest, case: procedures.Case, context: dict[str, Any]) -> HttpResponseBase:
    crumbs = (
        (_("Cases"), reverse("stewardship:cases")),
        (str(case.id), reverse("stewardship:case", args=[case.id])),
        (context["title"], ""),
    )
    return render(request, "stewardship/cases/confirm.html", frame("cases", *crumbs, case=case, **context))


def joined(words: str, picked: list[procedures.Template]) -> str:
    """What somebody wrote, and the templates he picked."""
    return "\n".join(filter(None, [words, *(_sentence(each) for each in picked)]))


def picked_of(request: HttpRequest, templates: tuple[procedures.Template, ...]) -> list[procedures.Template]:
    keys = set(request.POST.getlist("template"))
    return [each for each in templates if each.key in keys]


def _sentence(template: procedures.Template) -> str:
    """The words of a template with their basis."""
    words, law = template.words.say(language()), template.law.say(language())
    if not law:
        return words
    return _("%(words)s (basis: %(law)s)") % {"words": words, "law": law}
