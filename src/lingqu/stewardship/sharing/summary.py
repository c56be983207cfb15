"""A request's answers in words, group by group."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lingqu.centre.access.definitions import Role
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.stewardship.sharing import fields, words


def groups(request: catalogue.Request) -> list[dict[str, Any]]:
    answers, short = facts(request), titles()
    return [
        {
            "title": short[name],
            "facts": answers[name],
            "href": reverse("stewardship:sharing_group", args=[request.number, name]) + "?summary=1",
        }
        for name in fields.GROUPS
    ]


def titles() -> dict[str, str]:
    return {
        "items": _("Items"),
        "purpose": _("Purpose"),
        "rows": _("Range of the data"),
        "period": _("Period"),
        "method": _("Method"),
        "reach": _("Holders"),
        "protection": _("Protection"),
    }


def facts(request: catalogue.Request) -> dict[str, list[tuple[str, str]]]:
    """Group → (question, answer)."""
    wish, items = request.wish, words.items_of(request.resource)
    comma = "、" if words.language().startswith("zh") else ", "
    roles, labels = drawing.every(Role), fields.target_labels()
    lasting = f"{wish.begins or '…'} – {wish.ends or '…'}" if wish.begins or wish.ends else ""
    found: dict[str, list[tuple[str, str]]] = {
        "items": [(_("Items"), comma.join(words.item(items, code) for code in wish.items))],
        "purpose": [
            (_("Purpose"), words.purpose(wish.purpose)),
            (_("Matter"), wish.matter),
            (_("Legal basis"), wish.basis),
            (_("Persons' consent"), _("asked from each") if wish.consent else _("not asked: on the legal basis")),
        ],
        "rows": [(_("Divisions"), comma.join(wish.regions) or _("whole city"))],
        "period": [
            (_("Period"), lasting),
            (_("How often"), words.frequencies().get(wish.frequency, wish.frequency)),
            (_("Records a day"), f"{wish.quota:,}" if wish.quota else _("no limit")),
        ],
        "method": [(_("Method"), words.methods().get(wish.method, wish.method))],
        "reach": [(labels.get(name, name), value) for name, value in wish.target.items() if value],
        "protection": [(_("Measures"), wish.security)],
    }
    for code, values in wish.where.items():
        found["rows"].append((words.item(items, code), comma.join(_values(items.get(code), values))))
    if wish.accounts:
        found["reach"].append((_("Your systems"), comma.join(wish.accounts)))
    if wish.people_roles:
        named = [roles[code].title.say(words.language()) if code in roles else code for code in wish.people_roles]
        found["reach"].append((_("Your people with the role"), comma.join(named)))
    if wish.assessment:
        found["protection"].append((_("Impact assessment"), wish.assessment))
    return found


def _values(item: Any, values: tuple[str, ...]) -> list[str]:
    codes = {c.code: c.title.say(words.language()) for c in item.code_list.items} if item and item.code_list else {}
    return [codes.get(value, value) for value in values]
