"""Whom an account may act for, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Does = Literal["see", "apply"]
"""``see``: what the city holds of the represented, its certificates and cases. ``apply``: hand in applications, book
appointments, ask for corrections, and decide on consents in its name."""

DOES: tuple[Does, ...] = ("see", "apply")


@dataclass(frozen=True)
class Scope:
    """What one basis allows. ``basis`` is the code of a rule of representation, or ``mandate`` with its number.
    Without ``services`` (codes of procedures) it is for all of them."""

    basis: str
    does: tuple[str, ...] = DOES
    services: tuple[str, ...] = ()
    until: datetime | None = None
    mandate: int | None = None


@dataclass(frozen=True)
class Represented:
    """An entity that an account may act for. ``scopes`` are all that allow it, the registers' first."""

    id: str
    type: str
    label: str
    scopes: tuple[Scope, ...]

    @property
    def basis(self) -> str:
        return self.scopes[0].basis

    @property
    def until(self) -> datetime | None:
        """When the last scope ends; None: not by itself."""
        ends = [scope.until for scope in self.scopes]
        return None if None in ends else max(end for end in ends if end)

    @property
    def by_register(self) -> bool:
        """Whether the registers say so; who acts by a mandate cannot give one on."""
        return any(scope.mandate is None for scope in self.scopes)

    def may(self, does: str = "", service: str = "") -> bool:
        """``service`` empty: some service at least."""
        return any(
            (not does or does in scope.does) and (not service or not scope.services or service in scope.services)
            for scope in self.scopes
        )
