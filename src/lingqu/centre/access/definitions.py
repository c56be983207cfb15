"""Roles of the city as code."""

from __future__ import annotations

from typing import ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part
from lingqu.kernel.elements import Mask
from lingqu.kernel.text import Text

Action = Literal["read", "write", "export", "steward", "apply", "administer"]
Rows = Literal["all", "own_department", "own_region", "self", "public"]


class Grant(Part):
    """What a role may do to which entities. Everything that no grant allows is denied."""

    actions: tuple[Action, ...]
    types: tuple[str, ...] = Field(default=("*",), description="entity type codes, * for all")
    rows: Rows = "all"
    attributes: tuple[str, ...] = ("*",)
    mask: dict[str, Mask] = Field(default_factory=dict, description="attribute → mask; overrides the data element's")
    unmasked: bool = Field(default=False, description="personal attributes are shown as they are")
    purposes: tuple[str, ...] = ("*",)


class DemoAccount(Part):
    """An account that exists in demo mode only, with one-click login."""

    username: Code
    name: Text
    department: Code | None = None
    region: str = ""


class Role(Definition):
    kind: ClassVar[str] = "role"
    folder: ClassVar[str] = "roles"

    grants: tuple[Grant, ...] = ()
    demo: DemoAccount | None = None
    anonymous: bool = Field(default=False, description="held by everybody who is not signed in")
