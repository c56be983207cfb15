"""Looks in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue


def rows(found: Iterable[access.Look]) -> list[dict[str, Any]]:
    """Who, for which department, when, what and what for."""
    language, departments, purposes = get_language() or "zh-hans", catalogue.departments(), access.purposes()
    acts = {"read": _("read"), "export": _("exported"), "verify": _("checked"), "refused": _("tried, refused")}
    told = []
    for each in found:
        department, purpose = departments.get(each.department), purposes.get(each.purpose)
        told.append(
            {
                "at": each.at,
                "who": each.who if each.own else "",
                "department": department.title.say(language) if department else each.department,
                "act": acts.get(each.act, each.act),
                "purpose": purpose.title.say(language) if purpose else each.purpose,
                "words": each.words,
            }
        )
    return told
