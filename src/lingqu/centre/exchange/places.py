"""Where a source's paths lead, and its secrets."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


def inbox() -> Path:
    return Path(settings.LINGQU_INBOX)


def city() -> Path:
    """The folder of the city last applied. Raises ``Invalid`` when none is known."""
    folder = getattr(settings, "LINGQU_CITY", None)
    if callable(folder):
        folder = folder()
    if not folder:
        raise Invalid(
            "source.no_city",
            Text(zh="不知道城市文件夹在哪里", en="The city's folder is not known"),
            next_step=Text(
                zh="先应用城市蓝图，或设置 LINGQU_CITY", en="Apply the city's blueprint first, or set LINGQU_CITY"
            ),
        )
    return Path(folder)


def inside(folder: Path, path: Path) -> Path:
    """The path, when it stays inside the folder after links and ``..`` are followed. Raises ``Invalid``."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Invalid(
            "source.path",
            Text(zh=f"路径 {path.name} 指向文件夹之外", en=f"The path {path.name} leads out of its folder"),
            place=str(path),
            next_step=Text(zh="只用文件夹内的路径", en="Use a path inside the folder"),
        )
    return path


def resolve(path: str) -> Path:
    """``city:…``, ``inbox:…`` or an absolute path."""
    for prefix, folder in (("city:", city), ("inbox:", inbox)):
        if path.startswith(prefix):
            return inside(folder(), folder() / path.removeprefix(prefix))
    if not Path(path).is_absolute():
        return inside(city(), city() / path)
    return Path(path)


def fill(text: str) -> str:
    """The text with ``${inbox}``, ``${city}`` and ``${secret:NAME}`` filled in."""
    return re.sub(r"\$\{(\w+)(?::(\w+))?\}", _filled, text)


def _filled(match: re.Match[str]) -> str:
    kind, name = match.groups()
    if kind == "secret" and name:
        return secret(name)
    if kind in ("inbox", "city") and not name:
        return str(inbox() if kind == "inbox" else city())
    raise Invalid(
        "source.placeholder",
        Text(zh=f"不认识 {match[0]}", en=f"{match[0]} is not known"),
        next_step=Text(zh="可用：${inbox} ${city} ${secret:名称}", en="Known are ${inbox} ${city} ${secret:NAME}"),
    )


def secret(name: str) -> str:
    """From the environment ``LINGQU_SECRET_<name>``, else the instance's file ``secrets/<name>``."""
    if value := os.environ.get(f"LINGQU_SECRET_{name}"):
        return value
    file = Path(settings.LINGQU_SECRETS) / name
    if file.is_file():
        return file.read_text().strip()
    raise Invalid(
        "source.secret",
        Text(zh=f"没有名为 {name} 的密钥", en=f"There is no secret named {name}"),
        place=name,
        next_step=Text(
            zh=f"设置环境变量 LINGQU_SECRET_{name}", en=f"Set the environment variable LINGQU_SECRET_{name}"
        ),
    )
