"""Identifiers of persons, organisations, places and lines: normalising, checking, taking apart, completing.

A scheme is known by name (``DataElement.identifier``). Everything here is plain arithmetic over ASCII, so that the
same rules can be said in SQL: the constants of the sub-modules are public for that.
"""

from __future__ import annotations

from datetime import date

from lingqu.kernel.errors import Fault, NotFound
from lingqu.kernel.identifiers.organisations import (
    BUSINESS_REGISTRATION,
    ORG_CODE,
    TAX_REGISTRATION,
    USCC,
    business_registration_of,
    org_code_of,
    uscc_of,
)
from lingqu.kernel.identifiers.people import CITIZEN_ID, CitizenParts, citizen_id_of, citizen_parts
from lingqu.kernel.identifiers.phones import PHONE
from lingqu.kernel.identifiers.places import (
    DIVISION,
    REAL_ESTATE_UNIT,
    division_level,
    division_parent,
    division_prefix,
)
from lingqu.kernel.identifiers.scheme import Scheme
from lingqu.kernel.text import Text

SCHEMES: dict[str, Scheme] = {
    scheme.code: scheme
    for scheme in (
        CITIZEN_ID,
        USCC,
        ORG_CODE,
        BUSINESS_REGISTRATION,
        TAX_REGISTRATION,
        DIVISION,
        REAL_ESTATE_UNIT,
        PHONE,
    )
}


def scheme(code: str) -> Scheme:
    """Raises NotFound (``identifier.scheme``)."""
    found = SCHEMES.get(code)
    if found is None:
        raise NotFound(
            "identifier.scheme",
            Text(zh=f"没有名为“{code}”的标识符规则", en=f"There is no identifier scheme {code!r}"),
            next_step=Text(zh="可用：" + "、".join(SCHEMES), en="Use one of: " + ", ".join(SCHEMES)),
        )
    return found


def normalize(code: str, text: str) -> str:
    """The stored form of ``text`` under the scheme ``code``; text that is not understood comes back trimmed."""
    return scheme(code).normalize(text)


def check(code: str, text: str, today: date) -> Fault | None:
    """The first rule that ``text`` breaks after normalising, as ``<scheme>.<rule>``; None when it is sound.

    ``today`` decides what lies in the future. A Fault of severity ``warning`` is to be noted, not refused.
    """
    return scheme(code).check(text, today)


__all__ = [
    "SCHEMES",
    "CitizenParts",
    "Scheme",
    "business_registration_of",
    "check",
    "citizen_id_of",
    "citizen_parts",
    "division_level",
    "division_parent",
    "division_prefix",
    "normalize",
    "org_code_of",
    "scheme",
    "uscc_of",
]
