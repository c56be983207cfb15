"""Departments and information resources of the city as code.

An information resource carries the 13 core metadata elements of 政务信息资源目录编制指南（试行）
(发改高技〔2017〕1272号).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

ItemType = Literal["C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F"]
"""C 字符 N 数值 Y 货币 D 日期 T 日期时间 L 逻辑 M 备注 G 通用 B 双精度 I 整型 F 浮点"""

UpdateCycle = Literal["realtime", "daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "irregular"]


class Department(Definition):
    kind: ClassVar[str] = "department"
    folder: ClassVar[str] = "departments"

    uscc: str | None = Field(default=None, description="统一社会信用代码 GB 32100")
    parent: Code | None = None
    contact: str = ""

    def references(self) -> Iterator[Reference]:
        if self.parent:
            yield Reference("department", self.parent, ("parent",))


class ResourceItem(Part):
    """An item (信息项) of a resource: what the lake's clean column of the same ``code`` holds."""

    code: Code
    element: Code
    title: Text | None = Field(default=None, description="the data element's title unless given")
    required: bool = False
    type: ItemType | None = Field(default=None, description="derived from the data element unless given")


class Sharing(Part):
    """共享属性. ``refused`` needs a basis in law, ``conditional`` a condition."""

    type: Literal["unconditional", "conditional", "refused"] = "refused"
    condition: Text | None = None
    basis: Text | None = None
    method: Literal["interface", "database", "file", "query", "offline"] = "interface"


class Opening(Part):
    """开放属性."""

    type: Literal["unconditional", "conditional", "closed"] = "closed"
    condition: Text | None = None


class InformationResource(Definition):
    """An information resource (信息资源).

    Core metadata: 1 classification 2 title 3 resource_code 4 department 5 its USCC 6 abstract 7 format 8 items
    9 sharing 10 opening 11 update_cycle 12 published 13 related.
    """

    kind: ClassVar[str] = "resource"
    folder: ClassVar[str] = "resources"

    resource_code: str = Field(pattern=r"^[1-3]\d{2}\d{3}\d*/\d+$", description="前段码/后段码")
    classification: tuple[str, ...] = Field(min_length=1, max_length=4, description="类, 项, 目, 细目")
    department: Code
    abstract: Text
    format: Literal["document", "spreadsheet", "database", "image", "media", "self_described", "interface"]
    items: tuple[ResourceItem, ...] = Field(min_length=1)
    key: tuple[Code, ...] = Field(default=(), description="items that identify a record in the department")
    sharing: Sharing = Sharing()
    opening: Opening = Opening()
    update_cycle: UpdateCycle = "irregular"
    published: str
    related: tuple[Code, ...] = ()
    level: Literal["core", "important", "general1", "general2", "general3", "general4"] = "general2"
    mode: Literal["snapshot", "append"] = Field(
        default="snapshot", description="snapshot: each delivery replaces the last one; append: deliveries add up"
    )

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.department, ("department",))
        for index, item in enumerate(self.items):
            yield Reference("data_element", item.element, ("items", index, "element"))
        for index, code in enumerate(self.related):
            yield Reference("resource", code, ("related", index))
