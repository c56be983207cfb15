"""Base registers of the city as code: which resources feed them, how records are matched, which value wins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference

Comparison = Literal["exact", "name", "date", "identity", "phone", "address", "text"]
"""How two values are compared when records are linked; each is a ladder of Splink comparison levels."""


class Contribution(Part):
    """What one resource gives to the register: entity attribute → item of the resource.

    ``key`` are the items that identify a record inside the department (the resource's own key unless given).
    ``when`` keeps only rows whose item has one of the values.
    """

    resource: Code
    attributes: dict[str, Code]
    constants: dict[str, str] = Field(default_factory=dict)
    when: dict[Code, tuple[str, ...]] = Field(default_factory=dict)
    unnest: Code | None = Field(default=None, description="reserved for lists in an item")
    relations: dict[str, Relation] = Field(default_factory=dict)


class Relation(Part):
    """A Relationship attribute: the entity of ``register`` to which the record ``item`` → ``attribute`` belongs,
    or (``nearest``/``within``) the entity of that register that lies nearest to or around this one."""

    register_code: Code = Field(alias="register")
    by: Literal["value", "within", "address"] = "value"
    item: Code | None = None
    attribute: str | None = Field(default=None, description="attribute of the other register that holds the value")


class Match(Part):
    """How records become things: exact identifiers first, then probabilistic linking.

    ``exact`` lists attribute tuples: records that agree on all of one tuple are the same thing, unless a
    ``never`` attribute (both present, different) speaks against it. ``compare`` and ``blocks`` go to Splink;
    empty means no probabilistic step.
    """

    exact: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    compare: dict[str, Comparison] = Field(default_factory=dict)
    blocks: tuple[tuple[str, ...], ...] = Field(default=(), description="attribute names; 'name[:2]' takes a prefix")
    threshold: float = Field(default=0.9, gt=0, lt=1)
    one_per_resource: bool = Field(default=False, description="at most one record of a resource in a thing")


class Survivorship(Part):
    """Which value wins: the first resource of ``order`` that has one, else the newest; ``longest`` and ``most`` first
    count. Values that lost are kept; where they differ after normalising, a dispute is listed."""

    order: tuple[Code, ...] = ()
    pick: Literal["order", "newest", "most", "longest"] = "order"
    dispute: bool = True


class RegisterRules(Definition):
    """How one entity type of a base register is fused."""

    kind: ClassVar[str] = "register"
    folder: ClassVar[str] = "fusion"

    type: Code
    contributions: tuple[Contribution, ...] = Field(min_length=1)
    match: Match = Match()
    survivorship: dict[str, Survivorship] = Field(
        default_factory=dict, description="attribute → rule; '*' for the rest"
    )
    id_from: tuple[str, ...] = Field(
        default=(),
        description="attributes whose value names the entity (urn:ngsi-ld:Type:value); not for personal ones",
    )
    after: tuple[Code, ...] = Field(default=(), description="registers fused before this one")
    owner: Code | None = Field(default=None, description="department that owns the fused record")

    def references(self) -> Iterator[Reference]:
        yield Reference("entity_type", self.type, ("type",))
        for index, contribution in enumerate(self.contributions):
            yield Reference("resource", contribution.resource, ("contributions", index, "resource"))
        for index, code in enumerate(self.after):
            yield Reference("register", code, ("after", index))
        if self.owner:
            yield Reference("department", self.owner, ("owner",))


Contribution.model_rebuild()
RegisterRules.model_rebuild()
