"""The city itself as code: ``city.yaml`` at the root of its folder."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part
from lingqu.kernel.text import Text


class Allowance(Part):
    """A warning that this city accepts, with the sentence that says why. Errors cannot be allowed."""

    rule: str
    kind: str
    code: Code
    reason: Text


class City(Definition):
    """The city. ``code`` is its division code (GB/T 2260), ``division`` the 12 digits that its regions begin with."""

    kind: ClassVar[str] = "city"
    folder: ClassVar[str] = ""

    packs: tuple[Code, ...] = Field(default=(), description="layers below the city, in this order")
    division: str = Field(pattern=r"^\d{12}$", description="12-digit division code of the whole city")
    bounds: tuple[float, float, float, float] | None = Field(
        default=None, description="west, south, east, north; degrees, WGS-84: what the map shows first"
    )
    timezone: str = "Asia/Shanghai"
    synthetic: bool = Field(default=False, description="holds made-up data: said on every page")
    allowances: tuple[Allowance, ...] = ()

    @model_validator(mode="after")
    def _bounds_are_a_box(self) -> City:
        if self.bounds is not None:
            west, south, east, north = self.bounds
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError("bounds are west, south, east, north in degrees, west < east and south < north")
        return self
