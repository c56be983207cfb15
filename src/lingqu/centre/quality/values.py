"""SQL expressions from the columns of a delivery to the typed value of an item."""

from __future__ import annotations

from collections.abc import Mapping

from lingqu.centre.exchange import definitions
from lingqu.centre.exchange.door import Shape
from lingqu.centre.quality import sql
from lingqu.centre.quality.identifiers import normalized
from lingqu.centre.quality.plan import Item, timezone
from lingqu.kernel.elements import CodeList
from lingqu.kernel.identifiers.scheme import SPACES

ANY_SHAPE: Shape = frozenset({"blank", "edged", "wide"})
ASCII_SPACES = " \t\r\n"
FULL = "".join(chr(c) for c in range(0xFF01, 0xFF5F)) + "　\u00a0"
HALF = "".join(chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)) + "  "
DATE_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f")
YES = ("1", "true", "t", "yes", "y", "是", "有", "真", "√")
NO = ("0", "false", "f", "no", "n", "否", "无", "假", "×")

SQL_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "datetime": "TIMESTAMPTZ"}
FOLDED = ("integer", "number", "boolean", "date", "datetime", "code", "identifier")
"""Types in which full-width signs mean the same as their ASCII ones."""


def sql_type(item: Item) -> str:
    return SQL_TYPES.get(item.element.type, "VARCHAR")


def trimmed(expression: str, shape: Shape = ANY_SHAPE) -> str:
    """Without blanks at both ends (ideographic ones too); an empty text is no value.

    Only what the column's shape makes necessary, and the cheap tests first: trimming every cell of a clean file would
    take longer than all rules together.
    """
    if "edged" not in shape:
        return f"nullif({expression}, '')" if "blank" in shape else expression
    narrow = (
        f"CASE WHEN {expression} < '!' OR {expression}[-1] < '!' "
        f"THEN nullif(trim({expression}, {sql.text(ASCII_SPACES)}), '') ELSE {expression} END"
    )
    if "wide" not in shape:
        return narrow
    wide = f"nullif(trim({expression}, {sql.text(SPACES)}), '')"
    return f"CASE WHEN strlen({expression}) = length({expression}) THEN {narrow} ELSE {wide} END"


def one_of(expression: str, listed: str) -> str:
    """Without IN, which DuckDB turns into a join when the list is long; a join does not keep the order of rows."""
    return f"list_contains({listed}, {expression})"


def folded(expression: str) -> str:
    """Full-width ASCII signs as the signs themselves (the part of NFKC that Chinese input methods make necessary)."""
    return (
        f"CASE WHEN strlen({expression}) = length({expression}) THEN {expression} "
        f"ELSE nullif(trim(translate({expression}, {sql.text(FULL)}, {sql.text(HALF)})), '') END"
    )


def source_text(item: Item, columns: Mapping[str, Shape]) -> str:
    """The item's text, trimmed, before anything is read into it. Columns that the file lacks are no value."""
    mapping = item.mapping
    if mapping is None:
        return "NULL::VARCHAR"
    if mapping.value is not None:
        return sql.text(mapping.value) + "::VARCHAR"
    if mapping.columns:
        parts = ", ".join(_column(name, columns) for name in mapping.columns)
        return f"nullif(concat_ws({sql.text(mapping.join)}, {parts}), '')"
    if mapping.longitude and mapping.latitude:
        # a point waits as its two numbers until its datum is known
        pair = f"{_column(mapping.longitude, columns)} || ' ' || {_column(mapping.latitude, columns)}"
        return pair
    return _column(mapping.column, columns) if mapping.column else "NULL::VARCHAR"


def _column(name: str, columns: Mapping[str, Shape]) -> str:
    return trimmed(sql.name(name), columns[name]) if name in columns else "NULL::VARCHAR"


def read_text(item: Item, given: str, columns: Mapping[str, Shape]) -> str:
    """What the trimmed text says: without the words for nothing, extracted, folded."""
    mapping = item.mapping
    if mapping is None:
        return given
    if mapping.missing:
        given = f"CASE WHEN {one_of(given, sql.array(mapping.missing))} THEN NULL ELSE {given} END"
    if mapping.extract:
        given = f"nullif(regexp_extract({given}, {sql.text(mapping.extract)}, 1), '')"
    wide = mapping.value is not None or any("wide" in columns.get(name, ANY_SHAPE) for name in mapping.names())
    return folded(given) if wide and item.element.type in FOLDED else given


def words_of(item: Item) -> dict[str, str] | None:
    """Every word that may stand for a value → the value; None where values are not translated."""
    if item.codes is None and not (item.mapping and item.mapping.values):
        return None
    words = dict(item.mapping.values) if item.mapping else {}
    if item.codes is not None:
        words = {**_code_words(item.codes), **words}
    return words


def _code_words(codes: CodeList) -> dict[str, str]:
    """Codes before aliases before titles, where a word is used twice."""
    words = {code.code: code.code for code in codes.items}
    for code in codes.items:
        for alias in code.aliases:
            words.setdefault(alias, code.code)
    for code in codes.items:
        words.setdefault(code.title.zh, code.code)
    return words


def words_type(item: Item) -> str:
    return f"words_{item.at}"


def ended_codes(item: Item) -> list[str]:
    """Codes that are no longer given out."""
    return [code.code for code in item.codes.items if code.until] if item.codes else []


def ended_type(item: Item) -> str:
    return f"ended_{item.at}"


def translated(item: Item, given: str) -> str:
    """The value that a word stands for; NULL for an unknown word. An ENUM is DuckDB's quickest dictionary."""
    words = words_of(item)
    if not words:
        return given
    values = sql.array(words.values())
    return f"list_extract({values}, enum_code(try_cast({given} AS {words_type(item)})) + 1)"


def typed(item: Item, given: str) -> str:
    """The typed value of a text; NULL where it is not one."""
    kind = item.element.type
    if words_of(item):
        closed = kind == "code" and item.codes is not None and not item.codes.open
        found = translated(item, given)
        given = found if closed else f"coalesce({found}, {given})"
        if kind in ("code", "string", "text"):
            return given
    if kind == "identifier" and item.element.identifier:
        return normalized(item.element.identifier, given)
    mapping = item.mapping or definitions.Mapping()
    make = {"integer": _integer, "number": _number, "boolean": _boolean, "date": _date, "datetime": _datetime}.get(kind)
    return make(given, mapping) if make else given


def _plain(given: str) -> str:
    """A number without the commas between its thousands."""
    thousands = "'[+-]?[0-9]{1,3}(,[0-9]{3})+(\\.[0-9]*)?'"
    return (
        f"CASE WHEN contains({given}, ',') AND regexp_full_match({given}, {thousands}) "
        f"THEN replace({given}, ',', '') ELSE {given} END"
    )


def _number(given: str, mapping: definitions.Mapping) -> str:
    number = f"try_cast({_plain(given)} AS DOUBLE)"
    number = f"CASE WHEN isfinite({number}) THEN {number} END"
    return number if mapping.scale is None else f"round({number} * {mapping.scale!r}, 9)"


def _integer(given: str, mapping: definitions.Mapping) -> str:
    if mapping.scale is not None:
        number = _number(given, mapping)
        return f"CASE WHEN {number} = round({number}) THEN try_cast({number} AS BIGINT) END"
    # a cast alone would round 3.7 to 4
    plain = _plain(given)
    return (
        f"CASE WHEN regexp_full_match({plain}, '[+-]?[0-9]+(\\.0*)?') "
        f"THEN try_cast(regexp_replace({plain}, '\\.0*$', '') AS BIGINT) END"
    )


def _boolean(given: str, mapping: definitions.Mapping) -> str:
    low = f"lower({given})"
    return f"CASE WHEN {one_of(low, sql.array(YES))} THEN true WHEN {one_of(low, sql.array(NO))} THEN false END"


def _date(given: str, mapping: definitions.Mapping) -> str:
    if mapping.formats:
        return f"try_strptime({given}, {sql.array(mapping.formats)})::DATE"
    formats = [d + t for t in TIMES[:4] for d in DATE_FORMATS]
    return (
        f"CASE WHEN regexp_full_match({given}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({given} AS DATE) "
        f"ELSE try_strptime({given}, {sql.array(formats)})::DATE END"
    )


def _datetime(given: str, mapping: definitions.Mapping) -> str:
    """With an offset as it stands; without one in the city's time zone."""
    formats = mapping.formats or [d + t for t in TIMES for d in DATE_FORMATS]
    local = f"timezone({sql.text(timezone())}, try_strptime({given}, {sql.array(formats)}))"
    if mapping.formats:
        return local
    return (
        f"CASE WHEN regexp_full_match({given}, '.*[0-9](Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') AND contains({given}, ':') "
        f"THEN try_cast({given} AS TIMESTAMPTZ) ELSE {local} END"
    )
