"""One act on several items that were chosen in the list, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import NotFound
from lingqu.stewardship.case_acts import answers, given, joined, language, picked_of, said
from lingqu.stewardship.case_record import titled
from lingqu.stewardship.case_words import clocks, handlers
from lingqu.stewardship.desk import frame, whole


def _numbers(texts: Iterable[str]) -> list[int]:
    found = [number for number in map(whole, texts) if number is not None]
    return list(dict.fromkeys(found))[: procedures.MOST_AT_ONCE]


@require_http_methods(["GET", "POST"])
@handlers
def page(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    numbers = _numbers((request.POST if request.method == "POST" else request.GET).getlist("item"))
    chosen = procedures.chosen(actor, numbers)
    if not chosen.items:
        messages.error(request, _("Choose at least one item that waits for you."))
        return redirect("stewardship:cases")
    if request.method == "POST":
        return _done(request, actor, numbers, chosen)
    words = clocks()
    context: dict[str, Any] = {
        "rows": [
            {"of": i, "clock": words[i.clock], "department": titled(i.department, language())} for i in chosen.items
        ],
        "left_out": len(numbers) - len(chosen.items),
        "colleagues": _shared(actor, chosen.items),
        "answers": _asked(chosen),
        "refusals": procedures.reasons(chosen.of, "refuse", chosen.items[0].department, chosen.items[0].node)
        if chosen.of
        else (),
        "same": chosen.of is not None,
    }
    return render(request, "stewardship/cases/many.html", _frame(**context))


def _frame(**context: Any) -> dict[str, Any]:
    crumbs = (_("Cases"), reverse("stewardship:cases")), (_("Several at once"), "")
    return frame("cases", *crumbs, **context)


def _asked(chosen: procedures.Chosen) -> list[tuple[str, procedures.Variable]]:
    """What the one task of all asks for."""
    if chosen.of is None:
        return []
    return [(name, chosen.of.variables[name]) for name in chosen.of.tasks[chosen.items[0].node].answers]


def _shared(actor: access.Actor, items: tuple[procedures.Item, ...]) -> list[tuple[str, str]]:
    """Who may have each of them: asked once for each department and procedure, by one of its items."""
    kinds = {(item.procedure, item.department): item for item in items}
    found = [procedures.colleagues(actor, item.id) for item in list(kinds.values())[:10]]
    return [each for each in found[0] if all(each in other for other in found[1:])]


def _done(request: HttpRequest, actor: access.Actor, numbers: list[int], chosen: procedures.Chosen) -> HttpResponseBase:
    words = given(request, "words")
    acts: dict[str, tuple[Callable[[], list[procedures.Outcome]], str]] = {
        "claim": (lambda: procedures.claim_many(actor, numbers), _("taken on")),
        "release": (lambda: procedures.release_many(actor, numbers), _("put back")),
        "hand_over": (
            lambda: procedures.hand_over_many(actor, numbers, given(request, "to", 150), words),
            _("handed over"),
        ),
        "complete": (lambda: _complete(request, actor, numbers, chosen), _("done")),
    }
    name = request.POST.get("act", "")
    if name not in acts:
        raise NotFound("procedures.act", _("There is no such act"), place=name)
    act, done = acts[name]
    known = {item.id: item for item in chosen.items}
    rows = [
        {"number": each.item, "of": known.get(each.item), "why": said(each.error) if each.error else ""}
        for each in act()
    ]
    well = sum(not row["why"] for row in rows)
    context = _frame(rows=rows, done=done, well=well, refused=len(rows) - well)
    return render(request, "stewardship/cases/many_done.html", context)


def _complete(
    request: HttpRequest, actor: access.Actor, numbers: list[int], chosen: procedures.Chosen
) -> list[procedures.Outcome]:
    """Of one task only: the same question was answered for all of them."""
    if chosen.of is None:
        raise NotFound("procedures.act", _("These are of several tasks"), place="complete")
    first = chosen.items[0]
    picked = picked_of(request, procedures.reasons(chosen.of, "refuse", first.department, first.node))
    found, reason = answers(request, chosen.of, first.node), joined(given(request, "reason"), picked)
    return procedures.complete_many(actor, numbers, found, given(request, "words"), reason)
