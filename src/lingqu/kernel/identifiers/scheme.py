"""What an identifier scheme is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

SPACES = " \t\r\n\u00a0\u3000\ufeff"
"""What is trimmed at both ends: blanks, no-break and ideographic space, byte order mark."""

LENGTH = Text(zh="位数不对", en="wrong number of characters")
FORMAT = Text(zh="含有不允许的字符或格式不对", en="not of the prescribed form")
CHECKSUM = Text(zh="校验码不符", en="check digit does not fit")
REGION = Text(zh="行政区划代码不存在", en="no such region")


@dataclass(frozen=True)
class Scheme:
    """``normalize`` gives the stored form; ``broken`` takes a stored form and gives the short name of the first rule
    it breaks, or None. ``reasons`` says each rule in words."""

    code: str
    title: Text
    standard: str
    normalize: Callable[[str], str]
    broken: Callable[[str, date], str | None]
    reasons: Mapping[str, Text]
    warnings: frozenset[str] = field(default_factory=frozenset)

    def check(self, text: str, today: date) -> Fault | None:
        """The first broken rule of ``text`` (normalised first), or None."""
        rule = self.broken(self.normalize(text), today)
        if rule is None:
            return None
        reason = self.reasons[rule]
        return Fault(
            rule=f"{self.code}.{rule}",
            message=Text(zh=f"{self.title.zh}：{reason.zh}", en=f"{self.title.en}: {reason.en}"),
            severity="warning" if rule in self.warnings else "error",
        )


def trimmed(text: str) -> str:
    return text.strip(SPACES)
