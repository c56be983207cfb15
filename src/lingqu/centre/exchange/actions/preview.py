"""The first rows of a file before it is taken in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lingqu.centre.exchange import contract, formats, lake, reads
from lingqu.centre.exchange.actions.receive import _copy, safe_name
from lingqu.centre.exchange.connectors import config_of


@dataclass(frozen=True)
class Preview:
    """``unmapped`` columns are read by no item; ``missing`` ones are read but not there: the file would be refused.
    ``coordinates`` look like coordinates without a datum, each followed by the proposed one: ``经度 (GCJ-02?)``."""

    columns: list[str]
    rows: list[list[str]]
    encoding: str
    unmapped: list[str]
    missing: list[str]
    coordinates: list[str]


def preview(source: str, name: str, data: BinaryIO | Path, rows: int = 20) -> Preview:
    definition = reads.source(source)
    with lake.scratch() as folder:
        path = data if isinstance(data, Path) else folder / "given"
        if not isinstance(data, Path):
            _copy(data, path)
        wanted = contract.expected(definition)
        table = formats.read(path, safe_name(name), config_of(definition), wanted, folder)
        batches = table.careful() if table.careful else table.batches
        found = (line for batch in batches for line in zip(*batch.to_pydict().values(), strict=True))
        first = [[value or "" for value in line[1:]] for line in islice(found, rows)]
    open_datums = contract.unlabelled(definition, table.columns, always_wgs84=table.encoding == "WGS-84")
    return Preview(
        columns=table.columns,
        rows=first,
        encoding=table.encoding,
        unmapped=contract.unmapped(definition, table.columns),
        missing=list(contract.missing(definition, table.columns)),
        coordinates=[f"{column} ({proposal}?)" for column, proposal in open_datums.items()],
    )
