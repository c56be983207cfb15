"""Acting for others, in words."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access


def basis(code: str) -> str:
    """Why somebody may act for another: the title of a rule, or that there is a mandate."""
    rule = access.representations().get(code)
    return rule.title.say(get_language() or "zh-hans") if rule else _("by mandate")


def does() -> dict[str, tuple[str, str]]:
    """What a mandate may be for: its words, and what they mean."""
    return {
        "see": (_("see"), _("what the city holds, certificates and cases")),
        "apply": (_("act"), _("hand in applications, book appointments, ask for corrections, decide on consents")),
    }


def states() -> dict[str, tuple[str, str]]:
    return {
        "offered": (_("waits for an answer"), "notice"),
        "refused": (_("refused"), ""),
        "coming": (_("begins later"), ""),
        "living": (_("in force"), "ok"),
        "idle": (_("rests: its giver may not give it now"), "notice"),
        "over": (_("over"), ""),
        "ended": (_("ended"), ""),
    }
