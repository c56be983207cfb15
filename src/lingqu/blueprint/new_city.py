"""Begin a new city: a folder that checks and applies at once, with comments in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

_CITY = """\
# 城市蓝图 · The city's blueprint
# 编码（GB/T 2260，6 位） · Its division code (GB/T 2260, six digits)
code: {code}
title: {title}
# 行业包，自下而上 · Sector packs, the lowest first
packs: [registers]
# 全市的 12 位区划代码 · The 12-digit division code of the whole city
division: {division}
# 地图先显示的范围：西、南、东、北（度，WGS-84） · What the map shows first: west, south, east, north (degrees, WGS-84)
# bounds: [126.45, 45.66, 126.80, 45.85]
timezone: Asia/Shanghai
# 数据为虚构时写 true，每页都会注明 · true when the data is made up: every page will say so
synthetic: false
"""

_DEPARTMENTS = """\
# 部门。一个文件可写一个定义，也可写一串。 · Departments. A file holds one definition or a list of them.
- code: information_centre
  title: {zh: 信息中心, en: Information centre}
# - code: civil_affairs
#   title: {zh: 民政局, en: Civil affairs}
#   uscc: 统一社会信用代码 · the unified social credit code (GB 32100)
"""

_ROLES = """\
# 角色：没有授权的一律拒绝。 · Roles: what nobody granted is refused.
- code: information_officer
  title: {zh: 信息中心主任, en: Information officer}
  grants:
    - {actions: [administer, apply, steward, read, write, export]}
"""

_README = """\
# {zh} · {en}

| 文件夹 folder | 写什么 what stands there |
|---|---|
| `departments/` | 部门 departments |
| `code_lists/` | 代码集（行业包之外的） code lists beyond the packs |
| `data_elements/` | 数据元 data elements |
| `types/` | 实体类型 kinds of things |
| `resources/` | 信息资源目录 catalogue of information resources |
| `sources/` | 数据来源与字段映射 sources and their mappings |
| `quality/` | 质量规则 quality rules |
| `fusion/` | 基础库融合规则 how base registers are fused |
| `calendars/` | 工作日历（节假日、调休） holidays and make-up workdays |
| `sharing/` | 共享规则（办理时限） clocks and limits of sharing |
| `purposes/` | 使用目的 why personal data may be read |
| `roles/` | 角色 roles |
| `data/` | 小数据文件 small data files (`city:data/…`) |

密码不写进文件，写 `${{secret:名称}}`。 Secrets are named `${{secret:NAME}}`, never written.

    lingqu blueprint check .     # 检查 names file, line and rule of every fault
    lingqu blueprint plan .      # 看会改什么 shows what would change
    lingqu blueprint apply .     # 应用 in one transaction; twice changes nothing
"""


def new_city(folder: Path, code: str, title: Text) -> list[Path]:
    """Write a new city's folder and give its files. ``code`` is 2, 4 or 6 digits of GB/T 2260.

    Raises ``Invalid`` for another code, ``Conflict`` where the folder holds something already.
    """
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", code):
        raise Invalid(
            "city.code",
            Text(zh=f"“{code}”不是区划代码", en=f"{code!r} is not a division code"),
            next_step=Text(zh="写 6 位数字，例如 110101", en="Write six digits, for example 110101"),
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(
            "blueprint.not_empty",
            Text(zh="文件夹不是空的", en="The folder is not empty"),
            place=str(folder),
            next_step=Text(zh="换一个新文件夹", en="Name a new folder"),
        )
    quoted = f"{{zh: {json.dumps(title.zh, ensure_ascii=False)}, en: {json.dumps(title.en, ensure_ascii=False)}}}"
    head = _CITY.format(code=json.dumps(code.ljust(6, "0")), title=quoted, division=json.dumps(code.ljust(12, "0")))
    files = {
        "city.yaml": head,
        "departments/departments.yaml": _DEPARTMENTS,
        "roles/roles.yaml": _ROLES,
        "README.md": _README.format(zh=title.zh, en=title.en),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "data").mkdir()
    return [folder / name for name in files]
