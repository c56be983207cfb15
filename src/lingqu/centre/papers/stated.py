"""What a certificate states, checked against its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from lingqu.centre.papers.definitions import CertificateKind, Stated
from lingqu.centre.papers.evaluate import program
from lingqu.centre.papers.fitting import shape
from lingqu.kernel import identifiers
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text


def settled(kind: CertificateKind, given: Mapping[str, str]) -> dict[str, str]:
    """Everything the kind states, as texts: what was given, and what is worked out from it. Raises ``Invalid``
    (``certificates.facts``) with every fault; each names its column."""
    found: dict[str, Any] = {}
    faults = [
        _fault(code, "此类证照不载明这一项", "This kind of certificate does not state it")
        for code in sorted(set(given) - {each.code for each in kind.states if not each.by})
    ]
    for each in kind.states:
        typed = " ".join(str(given.get(each.code, "")).split())
        value = program(each.by, lambda _: "", {})(found, 0) if each.by else typed
        found[each.code] = "" if value is None else str(value)
        faults += _faults(each, found[each.code])
    if faults:
        raise Invalid(
            "certificates.facts",
            Text(zh="载明事项不合规则", en="What it is to state breaks a rule"),
            place=kind.code,
            owner=kind.issuer,
            next_step=Text(zh="改正后再签发", en="Correct it and issue again"),
            faults=faults,
        )
    return found


def _faults(of: Stated, value: str) -> Iterator[Fault]:
    if not value:
        if of.required:
            yield _fault(of.code, f"缺少{of.title.zh}", f"{of.title.en} is missing")
        return
    if not _fits(of, value):
        yield _fault(of.code, f"{of.title.zh}不合类型 {of.type}", f"{of.title.en} does not fit the type {of.type}")
    elif of.identifier and _broken(of.identifier, value):
        yield _fault(of.code, f"{of.title.zh}的校验位不对", f"The check character of {of.title.en} is wrong")


def _fits(of: Stated, value: str) -> bool:
    kind = shape(of.type)
    if kind.family == "N":
        try:
            number = Decimal(value)
            exponent = number.as_tuple().exponent
        except InvalidOperation:
            return False
        whole = Decimal(10) ** (kind.size - kind.decimals)
        return isinstance(exponent, int) and 0 <= number < whole and -exponent <= kind.decimals
    if kind.family == "date":
        try:
            return bool(date.fromisoformat(value))
        except ValueError:
            return False
    return len(value) <= (kind.size or 2000)


def _broken(scheme: str, value: str) -> bool:
    found = identifiers.check(scheme, value, timezone.localdate())
    return found is not None and found.severity == "error"


def _fault(column: str, zh: str, en: str) -> Fault:
    return Fault(rule="certificates.fact", message=Text(zh=zh, en=en), column=column)
