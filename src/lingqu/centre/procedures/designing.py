"""A part of the door (``door.designing``): what the editor of diagrams and decision tables needs. Nothing is stored."""

from __future__ import annotations

from lingqu.centre.procedures.layout import drawn
from lingqu.centre.procedures.outline import Compared, compare, element_at
from lingqu.centre.procedures.tables import Table, TableRow, tables_of, text_of
from lingqu.centre.procedures.trial import Move, Trial, trial

__all__ = [
    "Compared",
    "Move",
    "Table",
    "TableRow",
    "Trial",
    "compare",
    "drawn",
    "element_at",
    "tables_of",
    "text_of",
    "trial",
]
