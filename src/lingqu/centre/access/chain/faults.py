"""What a check of the ledger finds, in words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lingqu.kernel.text import Text

Kind = Literal[
    "edited", "removed", "inserted", "reordered", "back-dated", "gap", "truncated", "rewritten", "head", "unsealed"
]
KEPT = 1_000
"""Faults told one by one; more are counted only."""

_SAYS: dict[str, tuple[str, str]] = {
    "edited": ("内容被改动", "was changed after Lingqu wrote it"),
    "removed": ("被删除", "was deleted"),
    "inserted": ("不是灵渠写入的", "was not written by Lingqu"),
    "reordered": ("与其他条目换了位置", "has changed places with another"),
    "back-dated": ("时间与前后条目不符", "has a time that does not fit its place"),
    "gap": ("封条缺失", "seals are missing"),
    "truncated": (
        "末尾缺失：数据库比见证的记录旧",
        "the end is missing: the database is older than what was witnessed",
    ),
    "rewritten": ("封条与签名不符", "seals are not as they were signed"),
    "head": ("日头与签名或见证不符", "the head of a day is not as it was signed or witnessed"),
    "unsealed": ("长时间未封存", "has not been sealed for long"),
}
_BACKUP = Text(
    zh="先断开数据库的直接访问并保留现场，再与备份中的同一条目比对，报市大数据中心安全负责人",
    en="Close direct access to the database and keep it as it is, compare with the same row in a backup, and tell the "
    "security officer of the information centre",
)
_STEPS: dict[str, Text] = {
    "truncated": Text(
        zh="若刚恢复过备份，核对后运行 lingqu ledger accept；否则从更新的备份找回缺失的条目，并报安全负责人",
        en="If a backup was restored, check it and run lingqu ledger accept; if not, get the missing rows back from a "
        "newer backup and tell the security officer",
    ),
    "head": Text(
        zh="与存放在别处的 heads.jsonl 副本比对；确认公钥未被替换（lingqu ledger key）",
        en="Compare with the copies of heads.jsonl kept elsewhere, and the public key with lingqu ledger key",
    ),
    "unsealed": Text(zh="运行 lingqu ledger seal 后再核验", en="Run lingqu ledger seal and verify again"),
}


@dataclass(frozen=True)
class Fault:
    """One place at which the ledger is not as it was written.

    ``row`` to ``last_row`` are ids of its rows (0: of none that is known), ``position`` the place in the chain,
    ``after`` and ``before`` the sound rows around it: (id, time).
    """

    kind: Kind
    row: int = 0
    last_row: int = 0
    rows: int = 0
    seal: int = 0
    last_seal: int = 0
    position: int = 0
    at: str = ""
    after: tuple[int, str] | None = None
    before: tuple[int, str] | None = None
    detail: str = ""

    @property
    def message(self) -> Text:
        zh, en = _SAYS[self.kind]
        if self.row:
            many = self.last_row > self.row
            return Text(
                zh=f"第 {self.row}{f'–{self.last_row}' if many else ''} 条{zh}",
                en=f"row{'s' if many else ''} {self.row}{f'–{self.last_row}' if many else ''}: {en}",
            )
        if self.seal:
            many = self.last_seal > self.seal
            return Text(
                zh=f"第 {self.seal}{f'–{self.last_seal}' if many else ''} 号封条：{zh}",
                en=f"seal{'s' if many else ''} {self.seal}{f'–{self.last_seal}' if many else ''}: {en}",
            )
        return Text(zh=zh, en=en)

    @property
    def next_step(self) -> Text:
        return _STEPS.get(self.kind, _BACKUP)


@dataclass
class Found:
    """Faults as they are found. Neighbours of the same kind are one fault with a range."""

    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, kind: Kind, **where: Any) -> None:
        self.count += 1
        fault = Fault(kind, **where)
        fault = replace(
            fault,
            last_row=fault.last_row or fault.row,
            last_seal=fault.last_seal or fault.seal,
            rows=fault.rows or (1 if fault.row else 0),
        )
        if self.faults and (joined := _joined(self.faults[-1], fault)):
            self.faults[-1] = joined
        elif len(self.faults) < KEPT:
            self.faults.append(fault)


def _joined(last: Fault, new: Fault) -> Fault | None:
    if last.kind != new.kind or last.detail != new.detail:
        return None
    if new.row and last.last_row + 1 == new.row and last.seal <= new.seal <= last.last_seal + 1:
        return replace(
            last, last_row=new.last_row, rows=last.rows + new.rows, last_seal=new.last_seal, before=new.before
        )
    if not new.row and not last.row and new.kind == "rewritten" and last.last_seal + 1 == new.seal:
        return replace(last, last_seal=new.last_seal, rows=last.rows + new.rows, before=new.before)
    return None
