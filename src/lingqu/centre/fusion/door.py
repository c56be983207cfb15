"""Linking records into the base registers, as named steps; survivorship; disputes; lineage."""

from __future__ import annotations

from lingqu.centre.access.door import Actor
from lingqu.centre.exchange.door import Progress
from lingqu.centre.fusion import corrections as _corrections
from lingqu.centre.fusion import reads
from lingqu.centre.fusion.actions import fuse as fusing
from lingqu.centre.fusion.actions.answer_correction import answer as _answer_correction
from lingqu.centre.fusion.actions.answer_correction import withdraw as _withdraw_correction
from lingqu.centre.fusion.actions.ask_correction import ask as _ask_correction
from lingqu.centre.fusion.corrections import Corrected, Evidence, Stage
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.results import Dispute, Member, Run, Step

LARGEST_EVIDENCE = _corrections.LARGEST
"""Bytes of a file sent with a correction."""


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


def ask_correction(
    actor: Actor,
    entity_id: str,
    attribute: str,
    claimed: str,
    words: str,
    evidence: tuple[str, bytes] | None = None,
) -> Corrected:
    """Say that a fact is wrong: the person it is about, or who may read it. It goes to the department whose resource
    gave the value, with the city's clock (``SharingRules.correct``); the attribute is contested meanwhile.
    ``evidence`` is a file's name and content: PDF, PNG or JPEG up to 5 MB. Raises ``Invalid``, ``Conflict`` where the
    actor has asked the same already, ``NotFound``, ``Refused``."""
    return _ask_correction(actor, entity_id, attribute, claimed, words, evidence)


def answer_correction(
    actor: Actor, number: int, act: str, *, words: str = "", law: str = "", to: str = ""
) -> Corrected:
    """``act``: ``accept`` (the department corrects it at its source), ``refuse`` (reason and law), ``pass_on`` to the
    department ``to``. Raises ``NotFound``, ``Refused``, ``Invalid``, ``Conflict``."""
    return _answer_correction(actor, number, act, words=words, law=law, to=to)


def withdraw_correction(actor: Actor, number: int) -> Corrected:
    """Who asked takes it back. Raises ``NotFound``, ``Conflict``."""
    return _withdraw_correction(actor, number)


def corrections_of(entity_id: str) -> list[Corrected]:
    """Newest first; for who may see the record."""
    return _corrections.of_entity(entity_id)


def corrections(actor: Actor, *, state: str = "", before: int | None = None, limit: int = 50) -> list[Corrected]:
    """Those that the actor's department answers, all for who stewards everything; newest first."""
    return _corrections.listed(actor, state=state, before=before, limit=limit)


def correction(actor: Actor, number: int) -> Corrected:
    """For who asked, the person it is about, and who stewards the department. Raises ``NotFound``."""
    return _corrections.one(actor, number)


def correction_evidence(actor: Actor, number: int) -> Evidence:
    """Raises ``NotFound``. Leaves a ledger row."""
    return _corrections.evidence(actor, number)


def correction_counts(department: str = "") -> dict[str, dict[str, int]]:
    """Department → state (and ``overdue``) → corrections: for league tables."""
    return _corrections.counts(department)


def dispute_counts() -> dict[tuple[str, str], int]:
    """Open disputes by (register, attribute)."""
    return reads.dispute_counts()


def links(register: str) -> str:
    """DuckDB table expression over the current links of records to entities.

    Columns: ``entity_id, resource, source, delivery, row, key, probability``."""
    return reads.links(register)


__all__ = [
    "Corrected",
    "Dispute",
    "Evidence",
    "Member",
    "Progress",
    "RegisterRules",
    "Run",
    "Stage",
    "Step",
]
