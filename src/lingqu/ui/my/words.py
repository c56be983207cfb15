"""Rights in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.entities import door as entities
from lingqu.ui.values import Wording


def actions() -> dict[str, str]:
    return {
        "read": _("read"),
        "write": _("change"),
        "export": _("export"),
        "verify": _("have values confirmed"),
        "steward": _("govern at the desk"),
        "handle": _("handle cases"),
        "apply": _("apply blueprints"),
        "administer": _("administer accounts"),
        "issue": _("issue certificates"),
        "register": _("register sources"),
    }


def masks() -> dict[str, str]:
    return {
        "name": _("first letter"),
        "identity": _("first and last digits"),
        "phone": _("first and last digits"),
        "address": _("up to the road"),
        "date": _("the year"),
        "hash": _("a token"),
        "absent": _("not at all"),
    }


def table(found: Iterable[administration.Right], regions: dict[str, str]) -> list[dict[str, Any]]:
    """Rights as rows of a table."""
    words = _Words(regions)
    return [words.row(right) for right in found]


class _Words:
    def __init__(self, regions: dict[str, str]) -> None:
        self.language = get_language() or "zh-hans"
        self.regions, self.wording = regions, Wording(self.language)
        self.types, self.roles = entities.entity_types(), administration.roles()
        self.departments, self.purposes = administration.departments(), access.purposes()
        self.actions, self.masks = actions(), masks()

    def row(self, right: administration.Right) -> dict[str, Any]:
        grant = right.grant
        return {
            "what": [self.actions[action] for action in grant.actions],
            "types": [] if "*" in grant.types else [self._type(code) for code in grant.types],
            "rows": self._rows(right),
            "masked": self._masked(right),
            "only": [] if "*" in grant.attributes else [self._attribute(a) for a in grant.attributes],
            "purposes": [] if "*" in grant.purposes else [self._purpose(code) for code in grant.purposes],
            "by": self._by(right),
            "way": right.way,
            "until": right.until,
            "quota": grant.quota,
            "consent": right.consent,
            "lent_by": right.lent_by,
        }

    def _type(self, code: str) -> str:
        return self.types[code].title.say(self.language) if code in self.types else code

    def _purpose(self, code: str) -> str:
        return self.purposes[code].title.say(self.language) if code in self.purposes else code

    def _department(self, code: str) -> str:
        return self.departments[code].say(self.language) if code in self.departments else code

    def _by(self, right: administration.Right) -> str:
        if right.way == "agreement" or right.by not in self.roles:
            return right.by
        return self.roles[right.by].title.say(self.language)

    def _rows(self, right: administration.Right) -> list[str]:
        """Conditions that must all hold; none says: all."""
        grant, found = right.grant, []
        if grant.rows == "own_department":
            found.append(_("of %(name)s") % {"name": self._department(right.department) or _("no department")})
        if grant.rows == "own_region":
            found.append(_("in %(name)s") % {"name": self._region(right.region) or _("no region")})
        if grant.rows == "self":
            found.append(_("about oneself"))
        if grant.owners:
            found.append(_("of %(name)s") % {"name": self._listed(self._department(c) for c in grant.owners)})
        if grant.regions:
            found.append(_("in %(name)s") % {"name": self._listed(self._region(c) for c in grant.regions)})
        for attribute, values in grant.where.items():
            found.append(f"{self._attribute(attribute)}: {self._listed(map(str, values))}")
        return found

    def _region(self, code: str) -> str:
        return self.regions.get(code, code)

    def _listed(self, words: Iterable[str]) -> str:
        return ("、" if self.language.startswith("zh") else ", ").join(words)

    def _attribute(self, name: str) -> str:
        holder = next((t for t in self.types.values() if name in t.attributes), None)
        return self.wording.title(holder.attributes[name] if holder else None, name)

    def _masked(self, right: administration.Right) -> list[str]:
        """For each way of masking, what is masked so."""
        if "read" not in right.grant.actions and "export" not in right.grant.actions:
            return []
        by: dict[str, list[str]] = {}
        for attribute, how in sorted((right.masks or {}).items()):
            title = self._attribute(attribute)
            if title not in by.setdefault(how, []):
                by[how].append(title)
        return [f"{self._listed(titles)}: {self.masks[how]}" for how, titles in by.items()]
