"""A request as a flow: what it needs, one group of questions a page, a summary, sent in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text
from lingqu.stewardship.desk import frame, said, stewards
from lingqu.stewardship.sharing import fields, listing, summary, words


@require_http_methods(["GET", "POST"])
@stewards
def begin(request: HttpRequest, code: str) -> HttpResponseBase:
    """What a request for this resource needs; POST begins a draft."""
    actor, resource = access.actor_of(request), catalogue.resource(code)
    mine = [d for d in catalogue.departments_of(actor) if d != resource.department]
    if request.method == "POST":
        consumer = request.POST.get("consumer", "")
        made = catalogue.draft(actor, consumer, code, catalogue.Wish())
        return redirect("stewardship:sharing_group", made.number, fields.GROUPS[0])
    rules = catalogue.sharing_rules()
    context = frame(
        "sharing",
        listing.crumb("begin"),
        (_("New request"), ""),
        resource=resource,
        provider=words.department(resource.department),
        sharing=said(catalogue.wording.SHARING, words.language())[resource.sharing.type],
        mine=[(d, words.department(d)) for d in mine],
        rules=rules,
        own=not mine and resource.department in catalogue.departments_of(actor),
        sensitive=any(i.sensitive for i in catalogue.entry(code).items),
    )
    return render(request, "stewardship/sharing/begin.html", context)


@require_http_methods(["GET", "POST"])
@stewards
def group(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """One group of questions. Saved with each step, so that one may leave at any time."""
    if name not in fields.GROUPS:
        raise _nothing(name)
    actor = access.actor_of(request)
    found = catalogue.request(actor, number)
    if request.method == "POST":
        catalogue.edit(actor, number, fields.read(name, found, request.POST))
        if request.POST.get("then") == "leave":
            messages.success(request, _("Saved. You can go on later."))
            return redirect("stewardship:sharing_record", number)
        place = fields.GROUPS.index(name) + 1
        if request.POST.get("then") == "summary" or place == len(fields.GROUPS):
            return redirect("stewardship:sharing_send", number)
        return redirect("stewardship:sharing_group", number, fields.GROUPS[place])
    context = _frame(found, name) | {
        "title": fields.titles()[name],
        "questions": fields.questions(name, found),
        "back": _before(number, name),
        "to_summary": "summary" in request.GET,
    }
    return render(request, "stewardship/sharing/group.html", context)


@require_http_methods(["GET", "POST"])
@stewards
def send(request: HttpRequest, number: str) -> HttpResponseBase:
    """All answers before they are sent, with what is missing."""
    actor = access.actor_of(request)
    found = catalogue.request(actor, number)
    if request.method == "POST":
        try:
            sent = catalogue.submit(actor, number)
        except Invalid:
            return redirect("stewardship:sharing_send", number)
        words_of = {
            "agreed": _("Agreed at once: the resource is shared without conditions."),
            "refused": _("The resource is not shared; the reason is on the record."),
        }
        messages.success(request, words_of.get(sent.state, _("Sent. The platform checks it first.")))
        return redirect("stewardship:sharing_record", number)
    faults = [
        {
            "words": f.message.say(words.language()),
            "step": f.next_step.say(words.language()) if f.next_step else "",
            "href": reverse("stewardship:sharing_group", args=[number, fields.group_of(f.column)]) + "?summary=1",
        }
        for f in catalogue.faults(found)
    ]
    repeated = fields.repeated(found.consumer, found.resource, found.wish.items)
    items = words.items_of(found.resource)
    context = _frame(found, "summary") | {
        "faults": faults,
        "groups": summary.groups(found),
        "repeated": [(words.item(items, code), told) for code, told in repeated.items()],
    }
    return render(request, "stewardship/sharing/send.html", context)


def _frame(found: catalogue.Request, here: str) -> dict[str, Any]:
    names = [*fields.GROUPS, "summary"]
    place = names.index(here)
    return frame(
        "sharing",
        listing.crumb("group"),
        (found.number, reverse("stewardship:sharing_record", args=[found.number])),
        (_("Request"), ""),
        request_of=found,
        resource=words.resource(found.resource),
        place=place + 1,
        of=len(names),
        progress=[{"done": n < place, "here": n == place, "number": n + 1} for n in range(len(names))],
    )


def _before(number: str, name: str) -> str:
    place = fields.GROUPS.index(name)
    if place == 0:
        return reverse("stewardship:sharing_record", args=[number])
    return reverse("stewardship:sharing_group", args=[number, fields.GROUPS[place - 1]])


def _nothing(name: str) -> NotFound:
    return NotFound(
        "sharing.unknown",
        Text(zh="没有这一步", en="There is no such step"),
        place=name,
        next_step=Text(zh="从申请页面继续填写", en="Go on from the request's page"),
    )
