"""What the catalogue's codes are called: the words of 政务信息资源目录编制指南（试行）(发改高技〔2017〕1272号)."""

from __future__ import annotations

from collections.abc import Mapping

from lingqu.kernel.text import Text

SHARING = {
    "unconditional": Text(zh="无条件共享", en="shared without conditions"),
    "conditional": Text(zh="有条件共享", en="shared on conditions"),
    "refused": Text(zh="不予共享", en="not shared"),
}
OPENING = {
    "unconditional": Text(zh="无条件开放", en="open"),
    "conditional": Text(zh="有条件开放", en="open on conditions"),
    "closed": Text(zh="不开放", en="not open"),
}
FORMAT = {
    "document": Text(zh="电子文件", en="document"),
    "spreadsheet": Text(zh="电子表格", en="spreadsheet"),
    "database": Text(zh="数据库", en="database"),
    "image": Text(zh="图形图像", en="image"),
    "media": Text(zh="流媒体", en="media"),
    "self_described": Text(zh="自描述格式", en="own format"),
    "interface": Text(zh="服务接口", en="interface"),
}
CYCLE = {
    "realtime": Text(zh="实时", en="as it happens"),
    "daily": Text(zh="每日", en="daily"),
    "weekly": Text(zh="每周", en="weekly"),
    "monthly": Text(zh="每月", en="monthly"),
    "quarterly": Text(zh="每季度", en="quarterly"),
    "half_yearly": Text(zh="每半年", en="half-yearly"),
    "yearly": Text(zh="每年", en="yearly"),
    "irregular": Text(zh="不定期", en="irregular"),
}
METHOD = {
    "interface": Text(zh="服务接口", en="interface"),
    "database": Text(zh="数据库", en="database"),
    "file": Text(zh="文件下载", en="file"),
    "query": Text(zh="在线查询", en="online query"),
    "offline": Text(zh="介质交换", en="offline"),
}
LEVEL = {
    "core": Text(zh="核心数据", en="core data"),
    "important": Text(zh="重要数据", en="important data"),
    "general1": Text(zh="一般数据 1 级", en="general data, level 1"),
    "general2": Text(zh="一般数据 2 级", en="general data, level 2"),
    "general3": Text(zh="一般数据 3 级", en="general data, level 3"),
    "general4": Text(zh="一般数据 4 级", en="general data, level 4"),
}
ITEM_TYPE = {
    "C": Text(zh="字符型", en="character"),
    "N": Text(zh="数值型", en="number"),
    "Y": Text(zh="货币型", en="money"),
    "D": Text(zh="日期型", en="date"),
    "T": Text(zh="日期时间型", en="date and time"),
    "L": Text(zh="逻辑型", en="logical"),
    "M": Text(zh="备注型", en="memo"),
    "G": Text(zh="通用型", en="general"),
    "B": Text(zh="双精度型", en="double"),
    "I": Text(zh="整型", en="integer"),
    "F": Text(zh="浮点型", en="float"),
}

FACETS: Mapping[str, Text] = {
    "department": Text(zh="提供方", en="Provider"),
    "class": Text(zh="分类", en="Class"),
    "sharing": Text(zh="共享类型", en="Sharing"),
    "opening": Text(zh="开放类型", en="Opening"),
    "format": Text(zh="格式", en="Format"),
    "cycle": Text(zh="更新周期", en="Update cycle"),
    "level": Text(zh="数据级别", en="Level"),
}

ELEMENTS = (
    Text(zh="信息资源分类", en="Classification"),
    Text(zh="信息资源名称", en="Name of the resource"),
    Text(zh="信息资源代码", en="Resource code"),
    Text(zh="信息资源提供方", en="Provider"),
    Text(zh="信息资源提供方代码", en="Provider's credit code"),
    Text(zh="信息资源摘要", en="Abstract"),
    Text(zh="信息资源格式", en="Format"),
    Text(zh="信息项信息", en="Items"),
    Text(zh="共享属性", en="Sharing"),
    Text(zh="开放属性", en="Opening"),
    Text(zh="更新周期", en="Update cycle"),
    Text(zh="发布日期", en="Published"),
    Text(zh="关联资源代码", en="Related resources"),
)
"""The 13 core metadata elements in their order."""
