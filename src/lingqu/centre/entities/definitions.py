"""Entity types of the city as code. A new kind of thing is one YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

Register = Literal["population", "legal", "geospatial", "buildings", "macro", "none"]


class AttributeType(Part):
    """One attribute of a type: an NGSI-LD Property, GeoProperty, Relationship or LanguageProperty.

    Its standard (type, code list, length, personal, mask, unit) is that of its data ``element``.
    """

    kind: Literal["Property", "GeoProperty", "Relationship", "LanguageProperty"] = "Property"
    element: Code | None = None
    title: Text | None = Field(default=None, description="the data element's title unless given")
    required: bool = False
    many: bool = False
    target: tuple[Code, ...] = Field(default=(), description="Relationship: entity types it may point to")
    identifier: bool = Field(default=False, description="names the thing exactly, found by exact search")
    search: bool = Field(default=False, description="found by words")
    facet: bool = Field(default=False, description="offered as a filter on lists")
    column: bool = Field(default=False, description="shown in lists")
    group: Code | None = Field(default=None, description="section of the record page")


class MapStyle(Part):
    colour: str = "#0B5CAD"
    min_zoom: int = 0
    layer: Literal["fill", "line", "circle"] | None = None


class EntityType(Definition):
    """A kind of thing. ``code`` is the NGSI-LD type name (UpperCamelCase); attributes are lowerCamelCase.

    ``label`` is the attribute that names an entity on screen, ``geometry`` the GeoProperty on maps,
    ``observed_from``/``observed_to`` the attributes that say when the thing exists (law 6).
    """

    kind: ClassVar[str] = "entity_type"
    folder: ClassVar[str] = "types"

    plural: Text | None = None
    register_of: Register = Field(default="none", alias="register")
    attributes: dict[str, AttributeType]
    label: str
    sublabel: str | None = Field(default=None, description="attribute shown beside the label, e.g. an address")
    geometry: str | None = None
    region: str | None = Field(default=None, description="attribute that holds the division code")
    observed_from: str | None = None
    observed_to: str | None = None
    public: bool = Field(default=False, description="anybody may read it")
    personal: bool = Field(default=False, description="about a natural person: every read leaves a ledger row")
    groups: dict[Code, Text] = Field(default_factory=dict)
    map: MapStyle | None = None

    @model_validator(mode="after")
    def _named_attributes_exist(self) -> EntityType:
        for role in ("label", "sublabel", "geometry", "region", "observed_from", "observed_to"):
            name = getattr(self, role)
            if name is not None and name not in self.attributes:
                raise ValueError(f"{role} names the attribute {name!r}, which the type does not have")
        return self

    def references(self) -> Iterator[Reference]:
        for name, attribute in self.attributes.items():
            if attribute.element:
                yield Reference("data_element", attribute.element, ("attributes", name, "element"))
            for index, target in enumerate(attribute.target):
                yield Reference("entity_type", target, ("attributes", name, "target", index))
