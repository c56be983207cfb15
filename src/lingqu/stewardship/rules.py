"""Rules by name: the city's own from its rule sets, those of data elements from here. Codes stand behind names."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lingqu.centre.drawing import door as drawing
from lingqu.centre.quality.definitions import RuleSet
from lingqu.kernel.identifiers import SCHEMES


def _of_elements() -> dict[str, str]:
    return {
        "required": _("Required value missing"),
        "type": _("Wrong kind of value"),
        "code_list": _("Not in the code list"),
        "key": _("Same record twice"),
        "max_length": _("Too long"),
        "min_length": _("Too short"),
        "pattern": _("Wrong form"),
        "minimum": _("Too small"),
        "maximum": _("Too large"),
        "earliest": _("Too early"),
        "latest": _("Too late"),
        "geometry": _("Broken geometry"),
        "geometry_range": _("Coordinates out of range"),
        "geometry_mended": _("Geometry mended"),
        "datum": _("No datum"),
        "checksum": _("Check digit does not fit"),
        "length": _("Wrong length"),
        "date": _("Impossible date in the number"),
        "region": _("Unknown region in the number"),
        "characters": _("Wrong characters"),
    }


def names(resource: str, language: str) -> dict[str, str]:
    """Titles by rule code, as far as they have one."""
    own = {
        rule.code: rule.title.say(language)
        for rules in drawing.every(RuleSet).values()
        if rules.resource == resource
        for rule in rules.rules
    }
    numbers = {code: reason.say(language) for scheme in SCHEMES.values() for code, reason in scheme.reasons.items()}
    return numbers | _of_elements() | own


def name(found: dict[str, str], code: str) -> str:
    """The title of a rule; of an identifier's rule (``citizen_id.checksum``) that of its last part."""
    return found.get(code) or found.get(code.rpartition(".")[2]) or code
