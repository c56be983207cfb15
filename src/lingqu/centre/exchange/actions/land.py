"""Make rows of a delivery's bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lingqu.centre.access import door as access
from lingqu.centre.exchange import contract, formats, lake, limits, models, reads
from lingqu.centre.exchange.actions.progress import Progress, reporter
from lingqu.centre.exchange.connectors import config_of
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.exchange.formats.base import NotClean, Table, schema_of
from lingqu.centre.exchange.records import Delivery
from lingqu.centre.exchange.shapes import Shapes
from lingqu.kernel.errors import Conflict, LingquError, Unavailable
from lingqu.kernel.text import Text

ROW_GROUP = 131_072
_BROKEN = pa.schema(
    [("_row", pa.int64()), ("reason_zh", pa.string()), ("reason_en", pa.string()), ("text", pa.string())]
)


def land(delivery: int, progress: Progress | None = None) -> Delivery:
    row = reads.row(delivery)
    if row.state == "withdrawn":
        raise Conflict(
            "delivery.withdrawn", Text(zh="该交付已撤回", en="The delivery was withdrawn"), place=str(delivery)
        )
    source = reads.source(row.source)
    try:
        _land(row, source, reporter(delivery, progress))
    except Unavailable:
        raise
    except LingquError as fault:
        row.state, row.error = "refused", told(fault)
        access.tell(access.SYSTEM, fault, f"delivery {row.pk} of {row.source}, handed in by {row.received_by}")
        lake.lake().rows(row.source, row.pk).unlink(missing_ok=True)
    else:
        row.state, row.error = "landed", None
    row.contract, row.progress = contract.digest(source), {}
    return _kept(row)


def _kept(row: models.Delivery) -> Delivery:
    """Whoever took the delivery back while it was read is not overruled."""
    names = ("state", "error", "contract", "progress", "rows", "broken_rows", "encoding", "notes")
    standing = models.Delivery.objects.filter(pk=row.pk).exclude(state="withdrawn")
    standing.update(**{name: getattr(row, name) for name in names})
    return reads.delivery(row.pk)


def _land(row: models.Delivery, source: Source, tell: Progress) -> None:
    with lake.scratch() as folder:
        table = read(raw_file(row), row.name, source, folder)
        row.encoding, row.notes = table.encoding[:80], notes(source, table)
        made = folder / "rows.parquet"
        count = _write(table, made, tell)
        _write_broken(table, folder / "broken.parquet")
        row.broken_rows, row.rows = len(table.broken), count + len(table.broken)
        lake.keep(folder / "broken.parquet", lake.lake().broken(row.source, row.pk))
        lake.keep(made, lake.lake().rows(row.source, row.pk))


def read(path: Path, name: str, source: Source, scratch: Path) -> Table:
    """The table of a file, once it keeps the source's contract."""
    options = config_of(source)
    table = formats.read(path, name, options, contract.expected(source), scratch)
    contract.refuse(source, table.columns, always_wgs84=table.encoding == "WGS-84")
    return table


def raw_file(row: models.Delivery) -> Path:
    path = lake.lake().raw(row.source, row.pk) / row.name
    if not path.is_file():
        raise Unavailable(
            "lake.raw_absent",
            Text(zh="数据湖中没有该交付的原始文件", en="The lake does not hold the bytes of this delivery"),
            place=str(path),
            next_step=Text(zh="从备份恢复数据湖，或重新收取", en="Restore the lake from its backup, or collect again"),
        )
    return path


def _write(table: Table, to: Path, tell: Progress) -> int:
    try:
        return _write_batches(table.columns, table.batches, to, tell)
    except NotClean:
        if table.careful is None:
            raise
        return _write_batches(table.columns, table.careful(), to, tell)


def _write_batches(columns: list[str], batches: Iterator[pa.RecordBatch], to: Path, tell: Progress) -> int:
    done, schema = 0, schema_of(columns)
    groups = _grouped(batches)
    first = next(groups, None)
    repeated, seen = _repeated(first, columns), Shapes(columns)
    with pq.ParquetWriter(to, schema, compression="zstd", compression_level=1, use_dictionary=repeated) as writer:
        for group in chain([first] if first is not None else [], groups):
            seen.see(group)
            writer.write_table(group, row_group_size=ROW_GROUP)
            done += group.num_rows
            if done > limits.current().rows:
                raise limits.too_many_rows()
            tell(done, 0, "rows")
        writer.add_key_value_metadata(seen.as_metadata())
    return done


def _grouped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches put together to row groups of equal size."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROW_GROUP:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROW_GROUP)
            waiting = table.slice(ROW_GROUP).to_batches()
            rows = table.num_rows - ROW_GROUP
    if waiting:
        yield pa.Table.from_batches(waiting)


def _repeated(sample: pa.Table | None, columns: list[str]) -> list[str]:
    """Columns whose values repeat: a dictionary pays for these only."""
    if sample is None:
        return []
    head = sample.slice(0, 4096)
    return [name for name in columns if pc.count_distinct(head.column(name)).as_py() * 4 < head.num_rows]


def _write_broken(table: Table, to: Path) -> None:
    found = sorted(table.broken, key=lambda b: b.row)
    columns = [[getattr(b, name) for b in found] for name in ("row", "reason_zh", "reason_en", "text")]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _BROKEN, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=_BROKEN), to, compression="zstd")


def notes(source: Source, table: Table) -> list[dict[str, str]]:
    """What stands in the file beyond the contract."""
    found = []
    if new := contract.unmapped(source, table.columns):
        names = "、".join(new[:40])
        found.append({"zh": f"未映射的列：{names}", "en": f"Columns that no item reads: {names}"})
    return found + [{"zh": note, "en": note} for note in table.notes]


def told(fault: LingquError) -> dict[str, object]:
    """A refusal as data."""
    return {
        "rule": fault.rule,
        "message": fault.message.model_dump(),
        "place": fault.place,
        "next_step": fault.next_step.model_dump(),
    }
