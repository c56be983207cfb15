"""统一社会信用代码 GB 32100-2015 (with amendment 1 of 2016), 组织机构代码 GB 11714-1997, 工商注册号 GS 15-2006, and the
15-character taxpayer number used before 2015-10-01."""

from __future__ import annotations

import re
from datetime import date

from lingqu.kernel.identifiers.people import PROVINCES
from lingqu.kernel.identifiers.scheme import CHECKSUM, FORMAT, LENGTH, REGION, Scheme, trimmed
from lingqu.kernel.text import Text

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
USCC_CATEGORIES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "123459",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
"""Registering department (first character) → its categories (second character)."""

ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
_ORG_VALUES = {character: value for value, character in enumerate(ORG_ALPHABET)}
_REGION = re.compile(r"[0-9]{6}")
_ORG = re.compile(r"[0-9A-Z]{8}-[0-9X]")
_ORG_UNHYPHENED = re.compile(r"([0-9A-Z]{8})([0-9X])")
_DIGITS_15 = re.compile(r"[0-9]{15}")
_TAX_15 = re.compile(r"[0-9]{6}[0-9A-Z]{8}[0-9X]")


def uscc_check_character(body: str) -> str:
    """The 18th character for the first 17."""
    total = sum(_USCC_VALUES[c] * weight for c, weight in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_of(category: str, region: str, organisation: str) -> str:
    """A whole code from department and category (2 characters), region (6 digits) and the first 8 characters of the
    organisation code, which may not hold I, O, S, V, Z."""
    body = category + region + organisation + org_check_character(organisation)
    return body + uscc_check_character(body)


def org_check_character(body: str) -> str:
    """The check character (0-9, X) for the 8 characters before the hyphen."""
    value = 11 - sum(_ORG_VALUES[c] * weight for c, weight in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def org_code_of(body: str) -> str:
    return f"{body}-{org_check_character(body)}"


def registration_check_digit(body: str) -> str:
    """ISO 7064 MOD 11,10 for the first 14 digits of a business registration number."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def business_registration_of(body: str) -> str:
    """A whole number from region (6 digits) and sequence (8 digits)."""
    return body + registration_check_digit(body)


def _upper(text: str) -> str:
    return trimmed(text).upper()


def _org_normalize(text: str) -> str:
    """Upper case with the hyphen before the check character, as the standard writes it."""
    return re.sub(f"^{_ORG_UNHYPHENED.pattern}$", r"\1-\2", _upper(text))


def _uscc_broken(code: str, _today: date) -> str | None:
    if len(code) != 18:
        return "length"
    if any(character not in _USCC_VALUES for character in code):
        return "charset"
    if code[1] not in USCC_CATEGORIES.get(code[0], ""):
        return "category"
    if not _REGION.fullmatch(code[2:8]) or code[2:4] not in PROVINCES | {"10"}:
        return "region"
    if uscc_check_character(code[:17]) != code[17]:
        return "checksum"
    return None if org_check_character(code[8:16]) == code[16] else "org_check"


def _org_broken(code: str, _today: date) -> str | None:
    if not _ORG.fullmatch(code):
        return "format"
    return None if org_check_character(code[:8]) == code[9] else "checksum"


def _registration_broken(number: str, _today: date) -> str | None:
    if len(number) != 15:
        return "length"
    if not _DIGITS_15.fullmatch(number):
        return "format"
    return None if registration_check_digit(number[:14]) == number[14] else "checksum"


def _tax_broken(number: str, _today: date) -> str | None:
    if len(number) != 15:
        return "length"
    if not _TAX_15.fullmatch(number):
        return "format"
    if number[:2] not in PROVINCES:
        return "region"
    return None if org_check_character(number[6:14]) == number[14] else "checksum"


USCC = Scheme(
    code="uscc",
    title=Text(zh="统一社会信用代码", en="unified social credit code"),
    standard="GB 32100-2015",
    normalize=_upper,
    broken=_uscc_broken,
    reasons={
        "length": LENGTH,
        "charset": Text(
            zh="含有字符集之外的字符（I、O、S、V、Z 不用）",
            en="has a character outside the alphabet (I, O, S, V, Z are not used)",
        ),
        "category": Text(zh="登记管理部门或机构类别不存在", en="no such registering department or category"),
        "region": REGION,
        "checksum": CHECKSUM,
        "org_check": Text(
            zh="其中组织机构代码的校验码不符", en="check character of the organisation code inside does not fit"
        ),
    },
    # Some early organisation codes were assigned irregularly, the whole code is sound nevertheless.
    warnings=frozenset({"org_check"}),
)

ORG_CODE = Scheme(
    code="org_code",
    title=Text(zh="组织机构代码", en="organisation code"),
    standard="GB 11714-1997",
    normalize=_org_normalize,
    broken=_org_broken,
    reasons={"format": FORMAT, "checksum": CHECKSUM},
)

BUSINESS_REGISTRATION = Scheme(
    code="business_registration",
    title=Text(zh="工商注册号", en="business registration number"),
    standard="GS 15-2006",
    normalize=trimmed,
    broken=_registration_broken,
    reasons={"length": LENGTH, "format": FORMAT, "checksum": CHECKSUM},
)

TAX_REGISTRATION = Scheme(
    code="tax_registration",
    title=Text(zh="纳税人识别号（15 位）", en="taxpayer number of 15 characters"),
    standard="",
    normalize=_upper,
    broken=_tax_broken,
    reasons={"length": LENGTH, "format": FORMAT, "region": REGION, "checksum": CHECKSUM},
)
