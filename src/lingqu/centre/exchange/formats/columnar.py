"""Parquet: what the database connector keeps, and what departments with a warehouse deliver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import BATCH, Table, column_names, schema_of
from lingqu.centre.exchange.options import FormatOptions


def read_parquet(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as fault:
        raise limits.unreadable("parquet", "不是完整的 Parquet", "Not a whole Parquet file", path.name) from fault
    names = column_names(file.schema_arrow.names)
    return Table(names, _batches(file, names), "UTF-8")


def _batches(file: pq.ParquetFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    done, schema = 0, schema_of(names)
    for batch in file.iter_batches(BATCH):
        numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64))
        done += batch.num_rows
        columns = [column if pa.types.is_string(column.type) else column.cast(pa.string()) for column in batch.columns]
        yield pa.RecordBatch.from_arrays([numbers, *columns], schema=schema)
