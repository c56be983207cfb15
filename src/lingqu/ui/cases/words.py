"""A case in the applicant's words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def states() -> dict[str, tuple[str, str]]:
    """state of a case → (in words, how it is marked)"""
    return {
        "running": (_("under way"), ""),
        "suspended": (_("suspended"), "notice"),
        "ended": (_("finished"), "ok"),
        "withdrawn": (_("withdrawn"), ""),
        "stuck": (_("stands still by a fault; the office knows"), "bad"),
    }


def stages() -> dict[str, str]:
    """state of a step → in words"""
    return {
        "open": _("waits for somebody to take it on"),
        "claimed": _("is worked on"),
        "returned": _("waits for you"),
        "done": _("done"),
        "cancelled": _("no longer needed"),
    }


def clocks() -> dict[str, tuple[str, str]]:
    """clock of a step → (in words, how it is marked)"""
    return {
        "overdue": (_("overdue"), "bad"),
        "soon": (_("due soon"), "notice"),
        "calm": (_("in time"), "ok"),
        "stopped": (_("its clock stands still"), "notice"),
        "none": ("", ""),
    }


def acts() -> dict[str, str]:
    """What an applicant is told of the history; acts that are not here are the offices' own."""
    return {
        "start": _("handed in"),
        "pass": _("passed on to another department"),
        "complete": _("step done"),
        "return": _("sent back to you"),
        "supplement": _("supplemented by you"),
        "suspend": _("suspended"),
        "resume": _("resumed"),
        "withdraw": _("withdrawn by you"),
        "issue": _("certificate issued"),
        "reason": _("reason given"),
        "file": _("file added"),
        "appeal": _("appealed"),
        "end": _("finished"),
    }


SAID = ("reason", "pass", "return", "supplement", "suspend", "resume", "withdraw")
"""Acts whose words are for the applicant; those of other acts are between offices."""
