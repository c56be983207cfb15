"""What is asked for when rights are administered: the arguments of each act, as they are proposed and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lingqu.kernel.definition import Field, Part

Kind = Literal["person", "client", "device"]


class NewAccount(Part):
    kind: Kind = "person"
    username: str
    display_name: str = ""
    department: str = ""
    region: str = Field(default="", description="GB/T 2260, 12 digits")
    roles: tuple[str, ...] = ()
    valid_until: datetime | None = None


class AccountChange(Part):
    """The account as it shall be; everything is given, not only what changes."""

    username: str
    display_name: str = ""
    department: str = ""
    region: str = Field(default="", description="GB/T 2260, 12 digits")
    roles: tuple[str, ...] = ()
    valid_until: datetime | None = None


class MandateOffer(Part):
    """``taker`` is a sign-in name; ``services`` are codes of procedures, none: all."""

    entity: str = Field(max_length=200)
    taker: str = Field(max_length=150)
    does: tuple[str, ...] = Field(max_length=5)
    services: tuple[str, ...] = Field(default=(), max_length=100)
    words: str = Field(default="", max_length=400)
    begins: datetime
    ends: datetime


class Opening(Part):
    """An account that is closed or opened again."""

    username: str
    reason: str = ""


class PersonLink(Part):
    """``person`` is the id of a Person entity; empty takes the link away."""

    username: str
    person: str = ""


class Certificate(Part):
    username: str
    pem: str
    title: str = ""


class Loan(Part):
    """Own roles, lent to a colleague. ``giver`` is who lends."""

    giver: str
    taker: str
    roles: tuple[str, ...]
    begins: datetime
    ends: datetime
    reason: str
