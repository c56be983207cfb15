"""Changes of registrations, for those who subscribed to them (CIM 009 5.11.7)."""

from __future__ import annotations

from lingqu.protocols.models import Source


def changed(before: Source | None, after: Source | None) -> None:
    """A registration came, changed or went, in the transaction of the caller."""
