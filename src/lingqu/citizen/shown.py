"""Looks, consents and corrections as their person reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.ui.values import Wording


@dataclass
class Words:
    """In the reader's language; definitions are asked for once."""

    wording: Wording = field(default_factory=lambda: Wording(get_language() or "zh-hans"))

    @property
    def language(self) -> str:
        return self.wording.language

    @property
    def acts(self) -> dict[str, str]:
        return {
            "read": _("read"),
            "verify": _("asked whether something is so"),
            "export": _("took out in a file"),
            "refused": _("tried and was refused"),
        }

    def department(self, code: str) -> str:
        found = catalogue.departments().get(code)
        return found.title.say(self.language) if found else code or _("The city's platform")

    def holders(self) -> list[tuple[str, str]]:
        """Departments that provide data, by name."""
        codes = sorted({r.department for r in catalogue.resources().values()})
        return [(code, self.department(code)) for code in codes]

    def items(self, names: Any, kind: str = "Person") -> list[str]:
        declared = entities.entity_types().get(kind)
        attributes = declared.attributes if declared else {}
        return [self.wording.title(attributes.get(name), name) for name in names]

    def look(self, look: access.Look) -> dict[str, Any]:
        purpose = access.purposes().get(look.purpose)
        whose = {"client": _("system of the department"), "device": _("device")}.get(look.kind, "")
        return {
            "number": look.number,
            "at": look.at,
            "act": self.acts.get(look.act, look.act),
            "refused": look.act == "refused",
            "own": look.own,
            "who": f"{look.who} ({whose})" if whose else look.who,
            "purpose": purpose.title.say(self.language) if purpose else look.purpose,
            "words": look.words,
            "basis": purpose.basis.say(self.language) if purpose else "",
            "items": self.items(look.attributes),
            "agreement": look.agreement,
        }

    def consent(self, consent: access.Consented) -> dict[str, Any]:
        states = {
            "asked": _("to be answered"),
            "given": _("given"),
            "refused": _("refused"),
            "withdrawn": _("withdrawn"),
            "over": _("ended"),
        }
        return {
            "number": consent.number,
            "state": consent.state,
            "said": states[consent.state],
            "department": self.department(consent.department),
            "matter": consent.matter,
            "items": self.items(consent.items),
            "of": consent,
        }

    def correction(self, correction: fusion.Corrected, kind: str) -> dict[str, Any]:
        declared = entities.entity_types().get(kind)
        attribute = declared.attributes.get(correction.attribute) if declared else None
        element = self.wording.elements.get((attribute.element if attribute else None) or "")
        held = correction.held if isinstance(correction.held, list) else [correction.held]
        return {
            "of": correction,
            "title": self.wording.title(attribute, correction.attribute),
            "held": [self.wording.plain(element, value) for value in held],
            "claimed": [self.wording.plain(element, correction.claimed)],
            "department": self.department(correction.department),
            "state": stages().get(correction.state, correction.state),
            "stages": [
                {"at": s.at, "act": stages().get(s.act, s.act), "words": s.words, "department": self.stage_of(s)}
                for s in correction.stages
            ],
        }

    def stage_of(self, stage: fusion.Stage) -> str:
        return self.department(stage.department) if stage.department else ""


def stages() -> dict[str, str]:
    return {
        "asked": _("asked"),
        "open": _("with the department"),
        "passed_on": _("passed on"),
        "accepted": _("accepted; being corrected at the source"),
        "refused": _("refused"),
        "done": _("corrected"),
        "withdrawn": _("taken back"),
    }
