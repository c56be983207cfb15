"""Departments, information resources, the rules of sharing them and the calendar of working days, as code.

An information resource carries the 13 core metadata elements of 政务信息资源目录编制指南（试行）
(发改高技〔2017〕1272号).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
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


class Holiday(Part):
    """Days on which nobody works, or (in ``workdays``) on which people work though it is a weekend."""

    title: Text
    begins: date
    ends: date | None = Field(default=None, description="the last day; the same as begins unless given")


class Calendar(Definition):
    """Which days are working days. Outside of ``years`` only weekends are known to be free."""

    kind: ClassVar[str] = "calendar"
    folder: ClassVar[str] = "calendars"

    source: Text
    years: tuple[int, ...] = Field(default=(), description="years whose holidays are all named here")
    weekend: tuple[int, ...] = Field(default=(6, 7), description="ISO weekdays, 1 is Monday")
    holidays: tuple[Holiday, ...] = ()
    workdays: tuple[Holiday, ...] = ()


class Limit(Part):
    """How long something may take, in working days, and where that is written."""

    days: int = Field(ge=1, le=366)
    source: Text


_LAW = Text(
    zh="《政务数据共享条例》（国令第809号）", en="Regulations on Government Data Sharing (State Council Order 809)"
)
_LOCAL = Text(zh="同类地方办法的平台审核时限", en="limit of comparable local rules for the platform's check")
_OBJECTION = Text(
    zh="《个人信息保护法》第五十条：受理、处理与说明理由；期限由本市规定",
    en="PIPL art. 50: take up, deal with, give reasons; the days are the city's own",
)


class SharingRules(Definition):
    """The clocks and limits of sharing between departments: data, because each city may write its own.

    The defaults are what docs/sharing.md names with its sources; the numbers of Order 809 stand there as not yet read
    in the law's own text.
    """

    kind: ClassVar[str] = "sharing_rules"
    folder: ClassVar[str] = "sharing"

    check: Limit = Limit(days=2, source=_LOCAL)
    decide: Limit = Limit(days=10, source=_LAW)
    provide: Limit = Limit(days=20, source=_LAW)
    correct: Limit = Limit(days=10, source=_LAW)
    objection: Limit = Limit(days=15, source=_OBJECTION)
    longest: int = Field(default=3, ge=1, le=10, description="years that an agreement may last at most")
    warn: int = Field(default=30, ge=1, le=180, description="days before its end that both sides are told")
    keep_drafts: int = Field(default=90, ge=1, le=366, description="days after which what was never sent expires")
    steward: Code = Field(default="information_centre", description="department that checks and watches the clocks")
    refusal_law: Text = Field(
        default=Text(
            zh="目录列为不予共享（《政务数据共享条例》：不予共享须有法律、行政法规或国务院决定依据）",
            en="The catalogue lists it as not shared (Order 809: this needs a basis in law or State Council rule)",
        ),
        description="what is named where a resource that is not shared names no basis of its own",
    )

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.steward, ("steward",))
