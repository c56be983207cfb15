"""Base registers of the city as code: which resources feed them, how records are matched, which value wins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference

Comparison = Literal["exact", "name", "date", "identity", "phone", "address", "text"]
"""How two values are compared when records are linked; each is a ladder of Splink comparison levels."""


class Newest(Part):
    """Of the rows that have ``having`` and agree on ``per`` only the one with the highest ``by`` counts."""

    by: Code
    per: tuple[Code, ...] = Field(min_length=1)
    having: tuple[Code, ...] = ()


class Contribution(Part):
    """What one resource gives to the register: entity attribute → item of the resource.

    An attribute whose name starts with ``_`` is a working attribute: it takes part in matching, survivorship and
    relations but is not written. ``constants`` give an attribute the same value for every row. ``when`` keeps only
    rows whose item has one of the values.
    """

    resource: Code
    attributes: dict[str, Code]
    constants: dict[str, str] = Field(default_factory=dict)
    when: dict[Code, tuple[str, ...]] = Field(default_factory=dict)
    newest: Newest | None = None


class Relation(Part):
    """How an attribute is had from another register (or from this one).

    ``value``: the entity there whose attribute ``match`` holds the value of ``source`` here.
    ``address``: the entity there whose address ``match`` names the same house as ``source`` here.
    ``within``: the smallest area there around the geometry ``source`` here.
    ``parent``: the entity there whose division code ``match`` is the next level above the code ``source`` here.
    ``take`` copies that entity's attribute; without it the attribute points to the entity (a Relationship).
    """

    register_code: Code = Field(alias="register")
    by: Literal["value", "address", "within", "parent"] = "value"
    source: str = Field(alias="from")
    match: str
    take: str | None = None


class Near(Part):
    """Records of different resources are the same thing where one's ``geometry`` lies in the other's or within
    ``metres`` of it, and all of ``agree`` are the same; the nearest first."""

    geometry: str
    metres: float = Field(gt=0, le=1000)
    agree: tuple[str, ...] = ()


class Doubt(Part):
    """An identifier is not believed in a record whose birth date ``born`` is far from the one inside the identifier
    (GB 11643), unless the record agrees on ``agree`` with one in which it is believed: a child entered under a
    parent's number is no such person."""

    identifier: str
    born: str
    agree: tuple[str, ...] = ()


class Match(Part):
    """How records become things: exact identifiers first, then nearness, then probabilistic linking.

    ``exact`` lists attribute tuples: records that agree on all of one tuple are the same thing, unless a
    ``never`` attribute (both present and valid, different) speaks against it. ``compare`` and ``blocks`` go to
    Splink; empty means no probabilistic step. ``one_per_resource`` (true, or the resources it is true of): linking
    never joins two things that both have a record of such a resource.
    """

    exact: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    doubt: Doubt | None = None
    near: Near | None = None
    compare: dict[str, Comparison] = Field(default_factory=dict)
    blocks: tuple[tuple[str, ...], ...] = Field(
        default=(), description="attribute names; 'name[:2]' takes a prefix, 'address.road' the road of an address"
    )
    threshold: float = Field(default=0.9, gt=0, lt=1)
    one_per_resource: bool | tuple[Code, ...] = False

    @model_validator(mode="after")
    def _compare_needs_blocks(self) -> Match:
        if bool(self.compare) != bool(self.blocks):
            raise ValueError("compare and blocks go together")
        return self


class Survivorship(Part):
    """Which value wins: of the first resource of ``order`` that has one, else the newest; ``longest`` and ``most``
    first count. Values that lost are kept; where they differ after normalising, a dispute is listed."""

    order: tuple[Code, ...] = ()
    pick: Literal["order", "newest", "most", "longest"] = "order"
    dispute: bool = True
    unknown: tuple[str, ...] = Field(default=(), description="codes that say 'not known' and count as no value")
    without: tuple[Code, ...] = Field(default=(), description="resources whose value helps matching but never counts")


class RegisterRules(Definition):
    """How one entity type of a base register is fused.

    ``relations`` are tried in order where the attribute has no value of its own. ``dissolve`` names the relation
    to the larger area whose missing geometry is put together from its parts.
    """

    kind: ClassVar[str] = "register"
    folder: ClassVar[str] = "fusion"

    type: Code
    contributions: tuple[Contribution, ...] = Field(min_length=1)
    match: Match = Match()
    survivorship: dict[str, Survivorship] = Field(
        default_factory=dict, description="attribute → rule; '*' for the rest"
    )
    relations: dict[str, tuple[Relation, ...]] = Field(default_factory=dict)
    addresses: tuple[str, ...] = Field(default=(), description="attributes that hold an address in words")
    dissolve: str | None = None
    measures: dict[str, str] = Field(
        default_factory=dict, description="attribute → geometry whose length it is, metres"
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
        for attribute, relations in self.relations.items():
            for index, relation in enumerate(relations):
                yield Reference("register", relation.register_code, ("relations", attribute, index, "register"))
        for index, code in enumerate(self.after):
            yield Reference("register", code, ("after", index))
        if self.owner:
            yield Reference("department", self.owner, ("owner",))

    def upstream(self) -> tuple[str, ...]:
        """Codes of the registers that must be fused before this one."""
        needed = [*self.after, *(r.register_code for relations in self.relations.values() for r in relations)]
        return tuple(dict.fromkeys(code for code in needed if code != self.code))
