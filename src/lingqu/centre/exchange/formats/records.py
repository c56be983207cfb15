"""JSON, JSON Lines, JSON text sequences: records become rows, nested objects dotted columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Table, batched, broken, column_names
from lingqu.centre.exchange.formats.encoding import decoded
from lingqu.centre.exchange.options import FormatOptions

DEPTH = 12


def read_json(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """One document, or several pages after RFC 7464. The document is held in memory: ``document_bytes`` limits it."""
    if path.stat().st_size > limits.current().document_bytes:
        raise limits.too_large(path.name)
    text, encoding = decoded(path.read_bytes(), options.encoding)
    found: list[Any] = []
    for part in text.split("\x1e") if text.startswith("\x1e") else [text]:
        if part.strip():
            found.extend(records_of(_loads(part), options.records))
    rows = [row for record in found for row in flattened(record, options.explode)]
    return _table(rows, expected, encoding)


def read_jsonl(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """One record a line. Read twice: for the columns, then for the rows; a line that is no JSON is a broken row."""
    keys: dict[str, None] = {}
    for _, row in _rows_of_lines(path, options):
        keys.update(dict.fromkeys(row or ()))
    wanted = list(keys) or list(expected)
    names = column_names(wanted)
    table = Table(names, iter(()), "UTF-8")

    def rows() -> Iterator[tuple[int, list[str | None]]]:
        for number, (line, row) in enumerate(_rows_of_lines(path, options), 1):
            if row is None:
                table.broken.append(broken(number, "这一行不是 JSON", "This line is not JSON", line))
            else:
                yield number, [row.get(key) for key in wanted]

    table.batches = batched(names, rows())
    return table


def _rows_of_lines(path: Path, options: FormatOptions) -> Iterator[tuple[str, dict[str, str | None] | None]]:
    """The line and its row, or None where the line cannot be read."""
    with path.open("r", encoding="utf-8-sig", errors="surrogateescape") as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                document = _verbatim(line)
            except ValueError:
                yield line, None
                continue
            for record in records_of(document, options.records) if options.records else [document]:
                for row in flattened(record, options.explode):
                    yield line, row


class Number(str):
    """A JSON number as it was written, so that no digit is lost."""

    __slots__ = ()


def _verbatim(text: str) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number)


def _loads(text: str) -> Any:
    try:
        return _verbatim(text)
    except json.JSONDecodeError as fault:
        raise limits.unreadable(
            "json",
            f"不是完整的 JSON：{fault}",
            f"Not whole JSON: {fault}",
            f"line {fault.lineno}, column {fault.colno}",
        ) from fault
    except RecursionError as fault:
        raise limits.unreadable("json", "JSON 嵌套太深", "The JSON is nested too deeply") from fault


def _table(rows: list[dict[str, str | None]], expected: Sequence[str], encoding: str) -> Table:
    keys = list(dict.fromkeys(key for row in rows for key in row)) or list(expected)
    names = column_names(keys)
    numbered = ((number, [row.get(key) for key in keys]) for number, row in enumerate(rows, 1))
    return Table(names, batched(names, numbered), encoding)


def records_of(document: Any, path: str) -> list[Any]:
    """The list of records at a dotted path; a mapping there gives its values with their keys as ``$key``."""
    found = at_path(document, path)
    if isinstance(found, list):
        return found
    if isinstance(found, dict) and path and found and all(isinstance(v, dict) for v in found.values()):
        return [{"$key": key, **value} for key, value in found.items()]
    if isinstance(found, dict):
        return [found]
    if found is None and isinstance(document, dict) and path:
        raise limits.unreadable(
            "records",
            f"JSON 中没有 {path}",
            f"The JSON holds no {path}",
            then_zh=f"检查来源的 records；顶层有：{', '.join(list(document)[:20])}",
            then_en=f"Check the source's records; at the top are: {', '.join(list(document)[:20])}",
        )
    return []


def at_path(document: Any, path: str) -> Any:
    """What stands at a dotted path; numbers count list elements from 0; None where nothing stands."""
    for step in path.split(".") if path else ():
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def flattened(record: Any, explode: str = "") -> Iterator[dict[str, str | None]]:
    """One row, or one for each element of the inner list at ``explode``; a record without elements gives one row."""
    if not isinstance(record, dict):
        record = {"value": record}
    elements = at_path(record, explode) if explode else None
    outer: dict[str, str | None] = {}
    _flatten(record, "", outer, skip=explode)
    if not isinstance(elements, list) or not elements:
        yield outer
        return
    for element in elements:
        row = dict(outer)
        _flatten(element if isinstance(element, dict) else {"value": element}, f"{explode}.", row)
        yield row


def _flatten(value: dict[str, Any], prefix: str, into: dict[str, str | None], skip: str = "", depth: int = 0) -> None:
    for key, inner in value.items():
        name = prefix + str(key)
        if name == skip:
            continue
        if isinstance(inner, dict) and inner and depth < DEPTH:
            _flatten(inner, name + ".", into, skip, depth + 1)
        else:
            into[name] = as_text(inner)


def as_text(value: Any) -> str | None:
    """A JSON value as text: strings and numbers as they stand, the rest as JSON; null stays nothing."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Numbers back to numbers, for what is written as JSON again."""
    if isinstance(value, Number):
        return float(value) if any(mark in value for mark in ".eE") else int(value)
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value
