"""What every definition of the city as code has in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lingqu.kernel.text import Text

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,79}$")]
"""A natural key: letters, digits, dot, dash, underscore; never a generated number."""


@dataclass(frozen=True)
class Reference:
    """That a definition names another one. ``path`` says where, for example ``("items", 3, "element")``."""

    kind: str
    code: str
    path: tuple[str | int, ...] = ()


class Part(BaseModel):
    """A piece inside a definition. Unknown keys are faults, so that a typing error is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Definition(Part):
    """One definition, known by ``kind`` and ``code``.

    ``folder`` is where the city's files of this kind live; several definitions may share one file.
    """

    kind: ClassVar[str]
    folder: ClassVar[str]

    code: Code
    title: Text
    note: Text | None = None

    def references(self) -> Iterator[Reference]:
        """The other definitions this one needs; checked before anything is applied."""
        return iter(())

    def document(self) -> dict[str, Any]:
        """The definition as plain data, without what is at its default: the form that is stored and exported."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


__all__ = ["Code", "Definition", "Field", "Part", "Reference"]
