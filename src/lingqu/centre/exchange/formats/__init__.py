"""How bytes become rows. A new format is one file here, one name in ``options`` and one line below."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Broken, Table
from lingqu.centre.exchange.formats.columnar import read_parquet
from lingqu.centre.exchange.formats.delimited import read_csv
from lingqu.centre.exchange.formats.features import read_geojson
from lingqu.centre.exchange.formats.guard import guard_zip
from lingqu.centre.exchange.formats.osm import read_pbf
from lingqu.centre.exchange.formats.records import read_json, read_jsonl
from lingqu.centre.exchange.formats.spreadsheet import read_xlsx
from lingqu.centre.exchange.options import FormatOptions

Read = Callable[[Path, FormatOptions, Sequence[str], Path], Table]
READERS: dict[str, Read] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "json": read_json,
    "jsonl": read_jsonl,
    "geojson": read_geojson,
    "pbf": read_pbf,
    "parquet": read_parquet,
}
_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".pbf": "pbf", ".geojson": "geojson"}


def read(path: Path, name: str, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """Rows of a file. ``expected`` are the columns that the source's mapping reads, ``scratch`` an empty folder that
    stays until the batches are read. Raises ``Invalid`` for what cannot be read."""
    path, name = unpacked(path, name, scratch)
    return READERS[format_of(path, name, options)](path, options, expected, scratch)


def unpacked(path: Path, name: str, scratch: Path) -> tuple[Path, str]:
    """The one file inside a .gz or .zip; anything else as it is. A zip of several files is refused."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"\x1f\x8b"):
        return _gunzipped(path, scratch), name.removesuffix(".gz")
    if not start.startswith(b"PK\x03\x04") or not zipfile.is_zipfile(path) or _is_workbook(path):
        return path, name
    guard_zip(path)
    with zipfile.ZipFile(path) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        if len(entries) != 1:
            raise limits.unreadable(
                "zip", f"压缩包里有 {len(entries)} 个文件", f"The zip holds {len(entries)} files", name,
                then_zh="每次提交一个文件", then_en="Deliver one file at a time",
            )  # fmt: skip
        with packed.open(entries[0]) as part, (scratch / "unpacked").open("wb") as out:
            shutil.copyfileobj(part, out, 1 << 20)
    return scratch / "unpacked", Path(entries[0].filename).name


def _gunzipped(path: Path, scratch: Path) -> Path:
    left = limits.current().unpacked_bytes
    try:
        with gzip.open(path, "rb") as packed, (scratch / "unpacked").open("wb") as out:
            while chunk := packed.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise limits.unreadable("unpacked", "解压后过大", "It unpacks to more than allowed", path.name)
                out.write(chunk)
    except (OSError, EOFError, zlib.error) as fault:
        raise limits.unreadable("gzip", f"压缩文件损坏：{fault}", f"The gzip is broken: {fault}", path.name) from fault
    return scratch / "unpacked"


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
    return any(name.startswith("xl/workbook") or name == "content.xml" for name in names)


def format_of(path: Path, name: str, options: FormatOptions) -> str:
    """The format by its first bytes, then by its name. Raises ``Invalid`` for HTML that calls itself a workbook."""
    with path.open("rb") as file:
        start = file.read(4096)
    seen = _by_bytes(start)
    if seen == "html":
        raise limits.unreadable(
            "html", "这是网页，不是表格文件", "This is a web page, not a table", name,
            then_zh="在 Excel 中打开并另存为 .xlsx", then_en="Open it in Excel and save it as .xlsx",
        )  # fmt: skip
    if options.format != "auto":
        if options.format != "xlsx" and seen == "xlsx":
            raise limits.unreadable("kind", "这是工作簿", "This is a workbook", name)
        return options.format
    return _ENDINGS.get(Path(name).suffix.lower()) or seen or "csv"


def _by_bytes(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf\x1e \t\r\n")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "xlsx"
    if start.startswith(b"PAR1"):
        return "parquet"
    if b"OSMHeader" in start[:64]:
        return "pbf"
    if text[:1] in (b"{", b"["):
        return "geojson" if b'"FeatureCollection"' in start else "json"
    low = text[:200].lower()
    return "html" if low.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")) else ""


__all__ = ["READERS", "Broken", "Table", "format_of", "read"]
