"""Names of persons and organisations in one spelling, for comparing; what is shown stays as it was written."""

from __future__ import annotations

import re

from lingqu.kernel.letters import narrow_upper

_DOTS = re.compile("[·•‧・･.．﹒∙⋅᛫]")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_BRACKETS = str.maketrans("【】〔〕", "[][]")
_LEGAL_FORMS = (
    ("有限责任公司分公司", "有限公司分公司"),
    ("有限责任公司", "有限公司"),
    ("股份有限责任公司", "股份有限公司"),
    ("普通合伙企业", "普通合伙"),
)


def person_name(text: str) -> str:
    """Blanks inside Chinese names dropped, one dot (·) for all dots, full-width letters narrowed, Latin names in upper
    case with single blanks. A note in brackets at the end is dropped: 张三（曾用名）."""
    name = narrow_upper(_DOTS.sub("·", text)).strip()
    name = _DOTS.sub("·", re.sub(r"\s*\([^()]*\)$", "", name))
    blank = " " if re.fullmatch(r"[\x20-\x7e·]*", name) else ""
    return re.sub(" *· *", "·", _BLANKS.sub(blank, name)).strip("· ")


def organization_name(text: str) -> str:
    """Brackets and letters narrowed, blanks dropped, upper case, 有限责任公司 as 有限公司. What stands in brackets
    stays: （中国） is part of a name."""
    name = _BLANKS.sub("", narrow_upper(text).translate(_BRACKETS))
    for long, short in _LEGAL_FORMS:
        name = name.replace(long, short)
    return name


def person_parts(text: str) -> tuple[str, str]:
    """Family and given name of a Han name (two-character family names known); a name with a dot is left whole."""
    name = person_name(text)
    if "·" in name or not name or not "一" <= name[0] <= "鿿":
        return "", name
    split = 2 if len(name) > 2 and name[:2] in DOUBLE_FAMILY_NAMES else 1
    return name[:split], name[split:]


DOUBLE_FAMILY_NAMES = frozenset(
    {
        *("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "长孙", "宇文"),
        *("夏侯", "轩辕", "端木", "独孤", "南宫", "西门", "闻人", "申屠", "太史", "澹台", "呼延", "百里", "第五"),
    }
)
