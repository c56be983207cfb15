"""Chinese addresses as text: normal form, elements in order, and a key by which two spellings of one place agree.

省 市 区县 街道 社区 (路 + 号 | 小区) 幢 单元 层 室. Nothing here knows a gazetteer: what is not recognised
stays in ``rest``, and the raw text should be kept beside whatever is made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lingqu.kernel.letters import narrow_upper
from lingqu.kernel.numerals import digits_before

_COUNTED = "号栋幢座单层楼室户弄"
_NOISE = re.compile(r"[\s,，。;；:：、·'\"“”]+|\([^)]*\)|【[^】]*】")
_DASHES = re.compile(r"[-‐-―−－~～﹣_]+")

_ROAD_END = "大街|大道|公路|胡同|路|街|道|巷|里弄|弄|环"
_STEPS: tuple[tuple[str, str], ...] = (
    ("province", r"([^\d市区县]{2,8}?(?:省|自治区|特别行政区)|(?:北京|上海|天津|重庆)市(?=.{1,6}区))"),
    ("city", r"([^\d省市区县路街]{2,9}?(?:市|自治州|地区|盟)(?!场))"),
    ("district", r"([^\d路街号市县]{1,9}?(?:(?<![小社园校厂院库新发])区|县|(?<=[^\d路街号]{2})旗|市(?!场)))"),
    ("township", r"((?:[^\d号巷区]{2,9}?(?:街道办事处|街道办|街道)|[^\d路街号巷区]{2,9}?(?:镇|乡|苏木))(?![路街]))"),
    ("community", r"([^\d路街巷号]{1,10}?(?:社区居委会|社区|居委会|村委会|(?<!新)村(?![路街小])))"),
    ("road", rf"([^\d号]{{1,14}}?(?:{_ROAD_END})(?=\d)|[^\d号]{{1,14}}?(?:{_ROAD_END})(?![路街道巷]))"),
    ("number", r"(\d+(?:-\d+)?[A-Z甲乙丙丁]?号(?:院|大院)?(?![楼栋幢])(?:附\d+号)?|\d+弄\d+号)"),
    ("estate", r"([^\d]{2,20}?\d?期?)(?=\d+(?:-\d+)*(?:号楼|[栋幢座#楼]|单元|-|$)|[A-Z]\d*(?:号楼|[栋幢座])|$)"),
    ("building", r"([A-Z]?\d+[A-Z]?|[A-Z])(?:号楼|[栋幢座]|#楼?|楼(?!\d*室))"),
    ("unit", r"([A-Z]?\d+|[A-Z])单元"),
    ("floor", r"(\d+)(?:层|楼)"),
    ("room", r"([A-Z]?\d+[A-Z]?)(?:室|户|号)?$"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _STEPS)
_DASHED = re.compile(r"-?(?:([A-Z]?\d+)-)?(?:(\d+)-)?(\d+)(?:室|户|号)?")
"""``3-2-501`` is building, unit and room, ``3-501`` building and room; after a building ``2-501`` is unit and room."""


@dataclass(frozen=True)
class Address:
    """Elements in normal form; empty where the text does not say."""

    province: str = ""
    city: str = ""
    district: str = ""
    township: str = ""
    community: str = ""
    road: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""

    @property
    def door(self) -> str:
        """Road (or village) and house number, else the estate: what a door plate (门牌) says, without the inside."""
        place = self.road or self.community
        return place + self.number if place and self.number else self.estate or self.road

    @property
    def local(self) -> str:
        """Door, building, unit and room in one spelling: ``学府路12号3幢2单元501室``."""
        inside = f"{self.building}幢" * bool(self.building) + f"{self.unit}单元" * bool(self.unit)
        return self.door + inside + f"{self.room}室" * bool(self.room)


def normalize_address(text: str) -> str:
    """Full-width characters narrowed, blanks, brackets and punctuation dropped, numerals before 号 栋 单元 … in digits,
    and one dash for all dashes. Gives the same again when applied again."""
    narrow = _DASHES.sub("-", _NOISE.sub("", narrow_upper(text)))
    return digits_before(narrow, _COUNTED)


def parse_address(text: str) -> Address:
    """The elements of an address, as far as its words show them."""
    left = normalize_address(text)
    found: dict[str, str] = {}
    for name, pattern in _COMPILED:
        if name in ("building", "unit") and (inside := _dashed(left, has_building="building" in found)):
            found |= inside
            left = ""
        if match := pattern.match(left):
            found[name], left = match[1], left[match.end() :]
    if "number" in found:
        found["number"] = re.sub(r"大?院$", "", found["number"])
    if "township" in found:
        found["township"] = re.sub(r"街道办(?:事处)?$", "街道", found["township"])
    return Address(**found, rest=left)


def address_key(text: str) -> str:
    """Two spellings of one flat give the same key: door, building, unit and room, joined by ``|``.

    Province, city, district, street office and community are left out, because departments give or drop them at will;
    compare divisions apart. Empty when there is no door.
    """
    parsed = parse_address(text)
    if not parsed.door:
        return ""
    inside = (parsed.building, parsed.unit, parsed.room)
    return "|".join([parsed.door, *(part.lstrip("0") for part in inside)])


def door_key(text: str) -> str:
    """The door only, for joining to door plates and buildings."""
    return parse_address(text).door


def _dashed(text: str, *, has_building: bool) -> dict[str, str]:
    match = _DASHED.fullmatch(text) if "-" in text else None
    if not match:
        return {}
    first, second, room = match.groups()
    names = ("unit", "room") if has_building else ("building", "unit", "room") if second else ("building", "room")
    return dict(zip(names, [part for part in (first, second, room) if part], strict=False))
