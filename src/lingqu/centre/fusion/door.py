"""Linking records into the base registers, as named steps; survivorship; disputes; lineage."""

from __future__ import annotations

from lingqu.centre.exchange.door import Progress
from lingqu.centre.fusion import reads
from lingqu.centre.fusion.actions import fuse as fusing
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.results import Dispute, Member, Run, Step


def registers() -> dict[str, RegisterRules]:
    """In the order in which they are fused."""
    return reads.registers()


def due() -> list[str]:
    """Registers whose inputs or rules changed since their last finished run, in order."""
    return reads.due()


def fuse(register: str, progress: Progress | None = None) -> Run:
    """Fuse one register. Killed at any point and run again it ends in the state of an undisturbed run."""
    return reads.run_of(fusing.fuse(register, progress))


def runs(register: str = "", limit: int = 20) -> list[Run]:
    return reads.runs(register, limit)


def members(entity_id: str, *, with_values: bool = True) -> list[Member]:
    """The records an entity was made of: lineage down to the row. Their values are read from the departments' own
    deliveries; where only the rows are wanted, ``with_values=False`` leaves those files closed."""
    return reads.members(entity_id, with_values)


def disputes(
    *, register: str = "", attribute: str = "", entity_id: str = "", before: int | None = None, limit: int = 50
) -> list[Dispute]:
    return reads.disputes(register, attribute, entity_id, before, limit)


def dispute_counts() -> dict[tuple[str, str], int]:
    """Open disputes by (register, attribute)."""
    return reads.dispute_counts()


def links(register: str) -> str:
    """DuckDB table expression over the current links of records to entities.

    Columns: ``entity_id, resource, source, delivery, row, key, probability``."""
    return reads.links(register)


__all__ = ["Dispute", "Member", "Progress", "RegisterRules", "Run", "Step"]
