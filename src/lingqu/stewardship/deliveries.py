"""Deliveries: the list, one with its steps while they run, its quarantine, and taking it back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import door as quality
from lingqu.kernel.elements import DataElement
from lingqu.stewardship import rules
from lingqu.stewardship.desk import frame, require_over, stewards, whole
from lingqu.stewardship.freshness import states
from lingqu.ui.registers.export import guarded

PAGE = 50


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    asked = {name: request.GET.get(name, "") for name in ("source", "resource", "state")}
    before = request.GET.get("before", "")
    found = exchange.deliveries(**asked, before=whole(before), limit=PAGE)
    context = frame(
        "deliveries",
        (_("Deliveries"), ""),
        deliveries=found,
        resources=catalogue.resources(),
        states=states(),
        asked=asked,
        before=before,
        last=found[-1].id if len(found) == PAGE else None,
    )
    return render(request, "stewardship/deliveries.html", context)


@require_safe
@stewards
def entry(request: HttpRequest, number: int) -> HttpResponseBase:
    delivery = exchange.delivery(number)
    resource = catalogue.resources().get(delivery.resource)
    rule = request.GET.get("rule", "")
    after = request.GET.get("after", "")
    checked = delivery.state == "checked"
    own = access.may(access.actor_of(request), "steward", owner=resource.department if resource else "")
    after_row = whole(after) or 0
    issues = quality.issues(number, rule=rule, after_row=after_row, limit=PAGE) if checked and own else []
    context = frame(
        "deliveries",
        (_("Deliveries"), reverse("stewardship:deliveries")),
        (f"{_('Delivery')} {number}", ""),
        **_about(delivery),
        resource=resource,
        source=exchange.sources().get(delivery.source),
        counts=_counted(quality.rule_counts(number), delivery) if checked else [],
        issues=_told(issues, resource),
        own=own,
        rule=rule,
        rule_name=rules.name(rules.names(delivery.resource, get_language() or "zh-hans"), rule) if rule else "",
        last=issues[-1].row if len(issues) == PAGE else None,
    )
    return render(request, "stewardship/delivery.html", context)


def _counted(counts: list[quality.RuleCount], delivery: exchange.Delivery) -> list[dict[str, Any]]:
    known = rules.names(delivery.resource, get_language() or "zh-hans")
    titles = _titles(catalogue.resources().get(delivery.resource))
    return [{"count": c, "name": rules.name(known, c.rule), "item": titles.get(c.item, c.item)} for c in counts]


def _about(delivery: exchange.Delivery) -> dict[str, Any]:
    working = delivery.state in ("received", "landed")
    words, look = states()[delivery.state]
    done, total = delivery.progress.get("done", 0), delivery.progress.get("total", 0)
    reached = {"received": 1, "landed": 2, "checked": 3}.get(delivery.state, 1)
    steps = [_("Received"), _("Read into rows"), _("Checked and cleaned")]
    return {
        "delivery": delivery,
        "working": working,
        "words": words,
        "look": look,
        "done": done,
        "total": total,
        "steps": [{"title": t, "done": i < reached, "now": working and i == reached} for i, t in enumerate(steps)],
    }


@require_safe
@stewards
def progress(request: HttpRequest, number: int) -> HttpResponseBase:
    """The part of the page that changes while work goes on; asked for once a second."""
    delivery = exchange.delivery(number)
    context = _about(delivery) | {"reload": delivery.state not in ("received", "landed")}
    return render(request, "stewardship/part_progress.html", context)


def _elements(resource: catalogue.InformationResource | None) -> dict[str, DataElement]:
    elements = catalogue.data_elements()
    items = resource.items if resource else ()
    return {item.code: elements[item.element] for item in items if item.element in elements}


def _titles(resource: catalogue.InformationResource | None) -> dict[str, str]:
    language = get_language() or "zh-hans"
    found = {code: element.title.say(language) for code, element in _elements(resource).items()}
    for item in resource.items if resource else ():
        if item.title:
            found[item.code] = item.title.say(language)
    return found


def _told(issues: list[quality.Issue], resource: catalogue.InformationResource | None) -> list[dict[str, Any]]:
    """Issues with their values masked as the item's data element says: nobody states a purpose to see a fault. A row
    that could not be cut into columns is not shown where any of its columns is about a person."""
    elements, language, titles = _elements(resource), get_language() or "zh-hans", _titles(resource)
    personal = any(element.personal != "none" for element in elements.values())
    told = []
    for issue in issues:
        element = elements.get(issue.item)
        how = element.mask if element and element.personal != "none" else "none"
        value = access.masked(how if element or not personal else "absent", issue.value) or ""
        reason = issue.reason_zh if language.startswith("zh") else issue.reason_en
        told.append({"issue": issue, "item": titles.get(issue.item, issue.item), "value": value, "reason": reason})
    return told


@require_safe
@stewards
def quarantine(request: HttpRequest, number: int) -> HttpResponseBase:
    """All issues of a delivery as CSV, to be sent back to the department; values masked as on the page."""
    delivery = exchange.delivery(number)
    resource = catalogue.resources().get(delivery.resource)
    actor = require_over(request, resource.department if resource else "")
    head = [_("File"), _("Row"), _("Column"), _("Item"), _("Value"), _("Rule"), _("What happened"), _("Reason")]

    class Echo:
        def write(self, value: str) -> str:
            return value

    def lines() -> Iterator[str]:
        writer = csv.writer(Echo())
        yield "\ufeff" + str(writer.writerow(head))
        for told in _told(list(_all(number)), resource):
            i = told["issue"]
            cells = [delivery.name, i.row, i.column, told["item"], told["value"], i.rule, i.on_fail, told["reason"]]
            yield str(writer.writerow([guarded(str(c)) for c in cells]))

    access.record(
        actor,
        "export",
        entity_type="quarantine",
        entity_ids=[str(number)],
        count=delivery.bad_rows or 0,
    )
    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="quarantine-{delivery.resource}-{number}.csv"'
    return response


def _all(number: int) -> Iterator[quality.Issue]:
    """Row by row in pages; a row's issues are never torn apart because the next page begins with that row again."""
    after, step = 0, 2000
    seen: set[tuple[int, str, str]] = set()
    while True:
        found = quality.issues(number, after_row=after, limit=step)
        for issue in found:
            key = (issue.row, issue.item, issue.rule)
            if key not in seen:
                yield issue
        if len(found) < step:
            return
        after = max(after + 1, found[-1].row - 1)
        seen = {(i.row, i.item, i.rule) for i in found if i.row > after}


@require_POST
@stewards
def withdraw(request: HttpRequest, number: int) -> HttpResponseBase:
    resource = catalogue.resource(exchange.delivery(number).resource)
    actor = require_over(request, resource.department)
    reason = " ".join(request.POST.get("reason", "").split())[:300]
    if len(reason) < 2:
        messages.error(request, _("Say why the delivery is taken back."))
    else:
        exchange.withdraw(actor, number, reason)
        messages.success(
            request, _("The delivery was taken back. Its bytes stay; registers are fused again without it.")
        )
    return redirect("stewardship:delivery", number=number)
