"""Roles and purposes of the city as code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.elements import Mask
from lingqu.kernel.text import Text

Action = Literal["read", "write", "export", "verify", "steward", "handle", "apply", "administer", "issue", "register"]
"""``verify``: ask whether a value is so, without being told the value. ``issue``: certificates about entities of
the type, as a department. ``handle``: do a department's work on cases; the types of such a grant are codes of
procedures. ``register``: say that another system answers for entities of the type (a context source)."""
Rows = Literal["all", "own_department", "own_region", "self", "public"]
Value = str | int | float | bool
Ground = Literal["consent", "contract", "statutory_duty", "emergency", "public_interest", "disclosed", "other_law"]
"""The grounds of PIPL art. 13, items 1 to 7."""


class Grant(Part):
    """What a role may do to which entities. Everything that no grant allows is denied.

    All that is named must hold: ``rows`` and ``owners`` and ``regions`` and ``where``. ``where`` is attribute → values
    of which it has one; it narrows reading, exporting and verifying only. ``verify``: to be told whether a value
    matches, never the value.
    """

    actions: tuple[Action, ...]
    types: tuple[str, ...] = Field(default=("*",), description="entity type codes, * for all")
    rows: Rows = "all"
    attributes: tuple[str, ...] = ("*",)
    mask: dict[str, Mask] = Field(default_factory=dict, description="attribute → mask; overrides the data element's")
    unmasked: bool = Field(default=False, description="personal attributes are shown as they are")
    purposes: tuple[str, ...] = ("*",)
    owners: tuple[Code, ...] = Field(default=(), description="of these departments only")
    regions: tuple[str, ...] = Field(
        default=(), description="in these divisions only; a division holds what lies in it"
    )
    where: dict[str, tuple[Value, ...]] = Field(default_factory=dict, description="attribute → values, one of which")
    until: date | None = Field(default=None, description="the last day, ISO 8601")
    quota: int | None = Field(default=None, ge=1, description="entities a day")

    @model_validator(mode="after")
    def _conditions_are_for_reading(self) -> Grant:
        if self.where and set(self.actions) - {"read", "export", "verify"}:
            raise ValueError("where narrows reading, exporting and verifying only; grant other actions apart")
        return self


class DemoAccount(Part):
    """An account that exists in demo mode only, with one-click login."""

    username: Code
    name: Text
    department: Code | None = None
    region: str = ""
    person: dict[str, str] = Field(
        default_factory=dict,
        description="attribute → value: the account is that of the first person of the register who has these",
    )
    represents: tuple[Code, ...] = Field(
        default=(), description="rules of representation: of those persons the first who acts for others by each"
    )


class Role(Definition):
    kind: ClassVar[str] = "role"
    folder: ClassVar[str] = "roles"

    grants: tuple[Grant, ...] = ()
    demo: DemoAccount | None = None
    demos: tuple[DemoAccount, ...] = Field(default=(), description="further ones")
    anonymous: bool = Field(default=False, description="held by everybody who is not signed in")
    tenants: tuple[str, ...] = Field(
        default=(),
        description="tenants (CIM 009 4.14) that it holds in, * for all of them; none: in the city's own data only",
    )

    def holds_in(self, tenant: str) -> bool:
        """``tenant``: empty for the city's own data."""
        return tenant in self.tenants or "*" in self.tenants if tenant else not self.tenants

    def accounts(self) -> tuple[DemoAccount, ...]:
        return (self.demo, *self.demos) if self.demo else self.demos


class Link(Part):
    """An entity that stands between: ``match`` is attribute of the represented → attribute of the link."""

    type: Code
    match: dict[str, str] = Field(min_length=1, max_length=5)


class Representation(Definition):
    """Who may act for whom because the registers say so.

    ``type`` is what is represented, ``by`` the type of the persons who do; ``match``: attributes of the represented (or
    of the link ``through``) → attributes of the person that hold the same value, all of them. ``where`` and
    ``by_where`` are attribute → values of which each has one. ``younger_than``: until a birthday, by the attribute
    ``born`` of the represented.
    Of what exists no more, and of contested values, nothing follows.
    """

    kind: ClassVar[str] = "representation"
    folder: ClassVar[str] = "representations"

    basis: Text
    type: Code
    by: Code
    through: Link | None = None
    match: dict[str, str] = Field(min_length=1, max_length=5)
    where: dict[str, tuple[Value, ...]] = Field(default_factory=dict)
    by_where: dict[str, tuple[Value, ...]] = Field(default_factory=dict)
    younger_than: int | None = Field(default=None, ge=1, le=150, description="years")
    born: str | None = None

    @model_validator(mode="after")
    def _an_age_needs_a_birthday(self) -> Representation:
        if (self.younger_than is None) != (self.born is None):
            raise ValueError("younger_than and born go together")
        return self

    def references(self) -> Iterator[Reference]:
        yield Reference("entity_type", self.type, ("type",))
        yield Reference("entity_type", self.by, ("by",))
        if self.through:
            yield Reference("entity_type", self.through.type, ("through", "type"))


class Purpose(Definition):
    """Why personal data may be read, and on which legal basis. Where a city has purposes, no other one is taken.

    ``ground`` is that of PIPL art. 13; ``choose``: offered to people on pages (else for agreements and interfaces).
    ``delay_days``: what was read for it is shown to the person so much later (PIPL art. 18); such a purpose serves only
    grants that name it.
    """

    kind: ClassVar[str] = "purpose"
    folder: ClassVar[str] = "purposes"

    basis: Text
    ground: Ground = "statutory_duty"
    choose: bool = True
    delay_days: int = Field(default=0, ge=0, le=3650)
