"""No secrets in files: they are named ``${secret:NAME}`` and held by the instance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lingqu.blueprint.model import Blueprint
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_NAMED = re.compile(r"\$\{[^}]*\}")
_LOOKS = (
    re.compile(r"://[^/\s:@'\"]*:[^@/\s'\"]+@"),
    re.compile(
        r"(?i)\b(?:[a-z0-9_-]*(?:password|passwd|secret|token|api_?key|access_?key|app_?key|private_?key)|pwd)"
        r"['\"]?\s*[:=]\s*['\"]?[^\s'\"{}\[\],#&]{4,}"
    ),
    re.compile(r"(?:密码|口令|密钥)['\"]?\s*[:=：]\s*['\"]?[!-~]{4,}"),
    re.compile(r"(?i)\bauthorization['\"]?\s*:\s*['\"]?(?:basic|bearer)\s+\S{6,}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
)


def check(blueprint: Blueprint) -> Iterator[Fault]:
    for file, shown in blueprint.files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield from in_text(text, shown)


def in_text(text: str, shown: str) -> Iterator[Fault]:
    """Lines that look as if they held a secret."""
    for number, line in enumerate(text.splitlines(), 1):
        if any(look.search(_NAMED.sub("", line)) for look in _LOOKS):
            yield Fault(
                "blueprint.secret",
                Text(zh="这一行像是写了密码或密钥", en="This line looks as if it held a password or key"),
                file=shown,
                line=number,
                next_step=Text(
                    zh="换成 ${secret:名称}，把值放进实例的 secrets/；并更换已写出的密码",
                    en="Write ${secret:NAME}, keep the value in the instance's secrets/, and change what was shown",
                ),
            )
