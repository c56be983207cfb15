"""What a merge comes to: the questions, where each field gets its value, and the steps from all to few.

These are plain data. ``lingqu.centre.papers.verify`` checks them without trusting who made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lingqu.kernel.text import Text

HOWS = ("asked", "derived", "fetched", "assigned", "signed", "same", "blank", "lost")
"""asked 填写 · derived 推导 · fetched 调取 · assigned 部门赋值 · signed 签名 · same 视同 · blank 不适用 · lost 丢失"""


@dataclass(frozen=True)
class Source:
    """How one term is had. ``step`` orders them: everything in ``needs`` has a smaller one."""

    term: str
    how: str
    needs: tuple[str, ...] = ()
    rule: str = ""
    why: Text = field(default_factory=lambda: Text(zh="", en=""))
    text: str = ""
    step: int = 0


@dataclass(frozen=True)
class Fate:
    """What becomes of one field. ``term`` is what it takes its value from; a blank one names its ``conditions``."""

    form: str
    n: int
    title: Text
    how: str
    term: str = ""
    written_as: str = ""
    where: str = ""
    repeated: bool = False
    conditions: tuple[str, ...] = ()
    why: Text = field(default_factory=lambda: Text(zh="", en=""))

    @property
    def key(self) -> str:
        return f"{self.form}.{self.n}"


@dataclass(frozen=True)
class Question:
    """Asked once. ``fields`` take the value itself, ``through`` by way of other terms; ``helper``: on no form;
    ``repeated``: once a row; ``many``: the value is a list."""

    term: str
    title: Text
    group: str
    type: str
    codes: str | None
    repeated: bool
    fields: tuple[str, ...]
    through: tuple[str, ...]
    helper: bool = False
    many: bool = False


@dataclass(frozen=True)
class Unmerged:
    """A field that stands for itself, since its type or code list does not fit the term's."""

    field: str
    term: str
    why: Text


@dataclass(frozen=True)
class Step:
    """One step of the waterfall: ``removed`` terms, ``left`` after it."""

    how: str
    title: Text
    removed: int
    left: int
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merge:
    situation: str
    facts: Mapping[str, bool]
    questions: tuple[Question, ...]
    sources: Mapping[str, Source]
    fates: tuple[Fate, ...]
    unmerged: tuple[Unmerged, ...]
    steps: tuple[Step, ...]
    exact: bool
    bound: int

    @property
    def asked(self) -> int:
        return len(self.questions)

    @property
    def lost(self) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.how == "lost")

    @property
    def told(self) -> tuple[str, ...]:
        """Facts that made a difference here: what the applicant says by choosing the situation."""
        return tuple(sorted(self.facts))

    def tally(self) -> Counter[str]:
        """Fields by what becomes of them."""
        return Counter(fate.how for fate in self.fates)

    def document(self) -> dict[str, Any]:
        """All of it as data for JSON."""
        made = asdict(self)
        for key in ("questions", "fates", "unmerged", "steps"):
            made[key] = [_plain(each) for each in getattr(self, key)]
        made["sources"] = {term: _plain(source) for term, source in self.sources.items()}
        return made | {"facts": dict(self.facts), "asked": self.asked}


def _plain(of: Any) -> dict[str, Any]:
    return {
        key: value.model_dump() if isinstance(value, Text) else value
        for key, value in vars(of).items()
        if value not in ("", (), None, False)
    }
