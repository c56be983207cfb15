"""The catalogue: departments, data elements, code lists, information resources, as the drawing holds them."""

from __future__ import annotations

from lingqu.centre.catalogue.definitions import Department, InformationResource, ResourceItem
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.elements import CodeList, DataElement


def departments() -> dict[str, Department]:
    return drawing.every(Department)


def resources() -> dict[str, InformationResource]:
    return drawing.every(InformationResource)


def resource(code: str) -> InformationResource:
    """Raises NotFound."""
    return drawing.one(InformationResource, code)


def data_elements() -> dict[str, DataElement]:
    return drawing.every(DataElement)


def code_lists() -> dict[str, CodeList]:
    return drawing.every(CodeList)


__all__ = ["CodeList", "DataElement", "Department", "InformationResource", "ResourceItem"]
