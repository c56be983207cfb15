"""What stands in definitions as codes, in words."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides import door as guides
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.text import Text


def audiences() -> dict[str, str]:
    return {"citizens": _("Citizens"), "firms": _("Firms")}


def sorts() -> dict[str, str]:
    return {
        "permission": _("permission"),
        "confirmation": _("confirmation"),
        "registration": _("registration"),
        "payment": _("payment"),
        "assistance": _("assistance"),
        "complaint": _("complaint"),
        "other": _("service"),
    }


def forms() -> dict[str, str]:
    return {
        "original": _("original"),
        "copy": _("copy"),
        "original_and_copy": _("original and copy"),
        "electronic": _("electronic"),
        "form": _("form, filled in"),
    }


def days(count: int | None) -> str:
    if count is None:
        return ""
    if count == 0:
        return _("at once")
    return ngettext("%(n)d working day", "%(n)d working days", count) % {"n": count}


def facet_titles() -> dict[str, str]:
    return {
        "audience": _("For whom"),
        "field": _("Field of livelihood"),
        "event": _("Event of a life"),
        "stage": _("Stage of a firm"),
        "department": _("Department"),
        "online": _("Online"),
        "free": _("Free of charge"),
    }


def values(facet: str) -> dict[str, str | Text]:
    """Value → its words."""
    if facet == "audience":
        return dict(audiences())
    if facet in ("online", "free"):
        return {"yes": _("yes"), "no": _("no")}
    if facet == "department":
        return {code: each.title for code, each in catalogue.departments().items()}
    code_list = catalogue.code_lists().get(guides.GROUPS[facet + "s"])
    return {item.code: item.title for item in code_list.items} if code_list else {}


def online(service: guides.Service) -> str:
    """Where it is asked for; empty at a counter only."""
    if service.link:
        return service.link
    for name in ("applying:start", "enterprise:situation") if service.situation else ():
        try:
            return reverse(name, args=[service.situation])
        except NoReverseMatch:
            continue
    if service.sort == "complaint" and "complaint" in procedures.asking():
        room = "enterprise" if service.audience[0] == "firms" else "citizen"
        return f"{reverse(f'{room}:consult')}?service={service.code}"
    return ""
