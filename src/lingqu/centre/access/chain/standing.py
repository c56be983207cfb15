"""How the ledger stands, for pages: how far it is sealed, and what the last check said."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.chain import heads, seals
from lingqu.centre.access.chain.verify import Report


@dataclass(frozen=True)
class LedgerStanding:
    """``sealed_to`` is the id of the last sealed row, ``sealed`` how many are; ``faults`` of the check at
    ``verified_at`` (None: there was none yet)."""

    sealed_to: int = 0
    sealed: int = 0
    sealed_at: datetime | None = None
    verified_at: datetime | None = None
    verified_rows: int = 0
    faults: int = 0


def standing() -> LedgerStanding:
    last, found = seals.last(), _verified()
    return replace(found, sealed_to=last.ids[-1], sealed=last.position, sealed_at=last.at) if last else found


def _verified() -> LedgerStanding:
    try:
        said = json.loads((heads.folder() / heads.VERIFIED).read_text())
        at = datetime.fromisoformat(said["at"])
        return LedgerStanding(verified_at=at, verified_rows=int(said["rows"]), faults=int(said["faults"]))
    except (FileNotFoundError, ValueError, KeyError):
        return LedgerStanding()


def keep(report: Report) -> None:
    heads.put(heads.VERIFIED, {"at": report.at, "rows": report.rows, "faults": report.fault_count})


def accept(actor: Actor, reason: str) -> int:
    """See ``door.accept_ledger_loss``."""
    numbers = heads.accept(actor.name, reason)
    if numbers:
        ledger.record(actor, "apply", detail={"ledger_loss_accepted": numbers, "reason": reason})
    return len(numbers)
