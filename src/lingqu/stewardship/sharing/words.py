"""What the codes of sharing are called on pages, and how a clock stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue

SECOND = timedelta(seconds=1)
LOOKS = {
    "draft": "none",
    "submitted": "notice",
    "returned": "notice",
    "deciding": "notice",
    "agreed": "ok",
    "refused": "bad",
    "withdrawn": "none",
    "expired": "none",
    "living": "ok",
    "ended": "none",
    "replaced": "none",
}


def language() -> str:
    return get_language() or "zh-hans"


def methods() -> dict[str, str]:
    return {
        "api": _("Interface (API)"),
        "subscription": _("Subscription to changes"),
        "file": _("File"),
        "database": _("Database table"),
        "push": _("Push to an address"),
        "verify": _("Verification only: match or no match"),
    }


def frequencies() -> dict[str, str]:
    return {
        "on_demand": _("when a case needs it"),
        "once": _("once"),
        "realtime": _("as it changes"),
        "hourly": _("hourly"),
        "daily": _("daily"),
        "weekly": _("weekly"),
        "monthly": _("monthly"),
    }


def decisions() -> dict[str, str]:
    return {
        "grant": _("Give, masked where personal"),
        "unmask": _("Give unmasked"),
        "refuse": _("Do not give"),
    }


def state(code: str) -> dict[str, str]:
    """A state of a request or an agreement as words and look."""
    known = {**catalogue.workflow.STATES, **catalogue.workflow.AGREEMENT_STATES}
    words = known[code].say(language()) if code in known else code
    return {"code": code, "words": words, "look": LOOKS.get(code, "none")}


def department(code: str) -> str:
    found = catalogue.departments().get(code)
    return found.title.say(language()) if found else code


def resource(code: str) -> str:
    found = catalogue.resources().get(code)
    return found.title.say(language()) if found else code


def purpose(code: str) -> str:
    found = access.purposes().get(code)
    return found.title.say(language()) if found else code


def items_of(code: str) -> Mapping[str, Any]:
    """Items of a resource by code; empty where the catalogue has it no more."""
    if code not in catalogue.resources():
        return {}
    return {item.code: item for item in catalogue.entry(code).items}


def item(items: Mapping[str, Any], code: str) -> str:
    return items[code].title.say(language()) if code in items else code


def clock(of: catalogue.Request) -> dict[str, Any] | None:
    """When the running stage must be over, in words with a look: colour never stands alone."""
    if of.due is None or of.due_day is None:
        return None
    now = timezone.now()
    if of.overdue:
        days = max(1, catalogue.working_days(of.due - SECOND, now))
        words = ngettext("overdue by %(days)s working day", "overdue by %(days)s working days", days) % {"days": days}
        return {"day": of.due_day, "words": words, "look": "bad"}
    left = catalogue.working_days(now, of.due - SECOND)
    if left == 0:
        return {"day": of.due_day, "words": _("due today"), "look": "notice"}
    words = ngettext("%(days)s working day left", "%(days)s working days left", left) % {"days": left}
    return {"day": of.due_day, "words": words, "look": "notice" if left <= 2 else "ok"}


def step(of: catalogue.Step) -> dict[str, Any]:
    """One line of a history."""
    tongue = "zh" if language().startswith("zh") else "en"
    said = of.detail.get("reason") if isinstance(of.detail.get("reason"), dict) else None
    words = f"{said[tongue]} ({of.detail['law'][tongue]})" if said else of.words
    if of.act in ("pass", "agree") and of.by == access.SYSTEM.name and not words:
        words = _("shared without conditions: granted by the platform")
    known = catalogue.workflow.ACTS.get(of.act)
    return {
        "at": of.at,
        "what": known.say(language()) if known else of.act,
        "by": _("the platform") if of.by == access.SYSTEM.name else of.by,
        "department": department(of.department) if of.department else "",
        "words": words,
        "look": {"escalate": "bad", "refuse": "bad", "agree": "ok", "begin": "ok", "return": "notice"}.get(of.act, ""),
        "message": of.act == "message",
    }
