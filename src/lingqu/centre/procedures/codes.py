"""The code that comes with a case's receipt: of its number and the instance's secret, so that nothing is kept."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

DIGITS = 8


def code(number: int) -> str:
    digest = salted_hmac("lingqu.procedures.progress", str(number), algorithm="sha256").digest()
    return str(int.from_bytes(digest[:8], "big") % 10**DIGITS).zfill(DIGITS)


def spaced(number: int) -> str:
    """As people read it out: 1234 5678."""
    found = code(number)
    return f"{found[:4]} {found[4:]}"
