"""The one SQL script that checks a delivery: read → typed → judged → sound → across items → across rows → written."""

# ruff: noqa: S608 (names and values enter SQL through quality.sql only)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lingqu.centre.exchange.door import Shape
from lingqu.centre.quality import sql
from lingqu.centre.quality.checks import Check, checks_of
from lingqu.centre.quality.geometry import FUNCTION
from lingqu.centre.quality.identifiers import broken, number
from lingqu.centre.quality.plan import Item, Plan
from lingqu.centre.quality.values import (
    ended_codes,
    ended_type,
    read_text,
    source_text,
    sql_type,
    typed,
    words_of,
    words_type,
)

BITS = 60
"""Rules kept in one BIGINT of flags."""
PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, DICTIONARY_SIZE_LIMIT 2000)"


@dataclass(frozen=True)
class Files:
    rows: Path
    broken: Path
    clean: Path
    issues: Path


class Script:
    """``steps`` are run in order; ``counts`` gives one row: rows, clean rows, bad rows, failed checks, made checks."""

    def __init__(
        self, plan: Plan, files: Files, columns: Mapping[str, Shape], delivery: int, references: Mapping[str, str]
    ) -> None:
        """``columns`` are those of the rows file, ``references`` table expressions of other resources' contents."""
        self.plan, self.files, self.columns, self.delivery = plan, files, columns, delivery
        self.items, self.checks = plan.items, checks_of(plan)
        self.references = references
        self.element = [c for c in self.checks if c.level == "element"]
        self.cross = [c for c in self.checks if c.level == "cross"]
        self.sets = [c for c in self.checks if c.level == "set" and (not c.reference or c.reference[0] in references)]
        self.number = {id(check): n for n, check in enumerate(self.checks)}

    def steps(self) -> list[str]:
        mapped = [item for item in self.items if item.mapping]
        words = [_dictionary(words_type(i), words_of(i) or ()) for i in mapped if words_of(i)]
        ended = [_dictionary(ended_type(i), ended_codes(i)) for i in mapped if ended_codes(i)]
        return [*words, *ended, self._valued(), *self._faults(), self._meta(), self._clean(), self._issues()]

    def __str__(self) -> str:
        return ";\n\n".join([*self.steps(), self.counts()]) + ";\n"

    def _each(self, make) -> str:
        return ",\n    ".join(make(item) for item in self.items)

    def _valued(self) -> str:
        identifiers = [i for i in self.items if i.mapping and i.element.type == "identifier" and i.element.identifier]
        shapes = [i for i in self.items if i.element.type == "geometry"]
        numbers = [f"{number(i.element.identifier or '', f'v{i.at}')} AS n{i.at}" for i in identifiers]
        judged = [
            f"{broken(i.element.identifier or '', f'v{i.at}', f'n{i.at}', self.plan.today)} AS b{i.at}"
            for i in identifiers
        ]
        drawn = [f"{FUNCTION}(t{i.at}, {self._datum(i)}) AS g{i.at}" for i in shapes]
        rows = sql.text(str(self.files.rows))
        datums = [f"{_datum_text(i, self.columns)} AS d{i.at}" for i in shapes if _by_row(i)]
        flags = [*_flags("m", self.element)]
        return (
            "CREATE TEMP TABLE valued AS WITH\n"
            f"given AS (SELECT _row, {_list(datums)}\n    "
            + self._each(lambda i: f"{source_text(i, self.columns)} AS s{i.at}")
            + f"\n  FROM read_parquet({rows})),\n"
            "read AS (SELECT *,\n    "
            + self._each(lambda i: f"{read_text(i, f's{i.at}', self.columns)} AS t{i.at}")
            + "\n  FROM given),\n"
            f"drawn AS (SELECT {_list(drawn)} * FROM read),\n"
            "typed AS (SELECT *,\n    " + self._each(lambda i: f"{_typed(i)} AS v{i.at}") + "\n  FROM drawn),\n"
            f"numbered AS (SELECT {_list(numbers)} * FROM typed),\n"
            f"judged AS (SELECT {_list(judged)} * FROM numbered),\n"
            f"flagged AS (SELECT {_list(flags)} * FROM judged),\n"
            "sound AS (SELECT *,\n    " + self._each(self._sound) + "\n  FROM flagged),\n"
            f"crossed AS (SELECT {_list(_flags('x', self.cross))} * FROM sound)\n"
            f"SELECT _row, {self._w()}, {_list(self._masks())}\n"
            f"  CASE WHEN {self._any()} THEN [{', '.join(f's{i.at}' for i in self.items)}] END AS texts\n"
            "FROM crossed"
        )

    def _datum(self, item: Item) -> str:
        return f"d{item.at}" if _by_row(item) else sql.text(item.datum or "")

    def _w(self) -> str:
        return ", ".join(f"w{i.at}" for i in self.items)

    def _masks(self) -> list[str]:
        return [f"{p}{n}" for p, of in (("m", self.element), ("x", self.cross)) for n in range(_chunks(of))]

    def _any(self) -> str:
        return " OR ".join(f"{mask} <> 0" for mask in self._masks()) or "false"

    def _sound(self, item: Item) -> str:
        """The value, left out where one of its own rules says so."""
        tests = _tests("m", self.element, lambda c: c.empties and c.items[0] is item)
        return (
            f"CASE WHEN {tests} THEN NULL ELSE v{item.at} END AS w{item.at}" if tests else f"v{item.at} AS w{item.at}"
        )

    def _faults(self) -> list[str]:
        """Every broken rule of every row: ``_row, k`` (number of the check), ``value``."""
        parts = []
        for prefix, of in (("m", self.element), ("x", self.cross)):
            for chunk in range(_chunks(of)):
                numbers = [self.number[id(c)] for c in of[chunk * BITS : (chunk + 1) * BITS]]
                places = [c.items[0].at for c in of[chunk * BITS : (chunk + 1) * BITS]]
                parts.append(
                    f"SELECT _row, list_extract({numbers}, bit + 1) AS k, "
                    f"list_extract(texts, list_extract({places}, bit + 1) + 1) AS value "
                    f"FROM valued, (SELECT unnest(range({len(numbers)}))::INTEGER AS bit) "
                    f"WHERE {prefix}{chunk} <> 0 AND ({prefix}{chunk} >> bit) & 1 = 1"
                )
        parts += [self._set(check) for check in self.sets]
        none = "SELECT NULL::BIGINT AS _row, NULL::INTEGER AS k, NULL::VARCHAR AS value WHERE false"
        return ["CREATE TEMP TABLE faults AS\n" + "\nUNION ALL\n".join([none, *parts])]

    def _set(self, check: Check) -> str:
        number = self.number[id(check)]
        if check.reference:
            column, (resource, item) = f"w{check.items[0].at}", check.reference
            to = sql.name(item)
            return (
                f"SELECT _row, {number}, {column}::VARCHAR FROM valued WHERE {column}::VARCHAR NOT IN "
                f"(SELECT {to}::VARCHAR FROM {self.references[resource]} WHERE {to} IS NOT NULL)"
            )
        columns = [f"w{item.at}" for item in check.items]
        there = sql.all_of(f"{c} IS NOT NULL" for c in columns)
        row = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
        said = f"concat_ws(' ', {', '.join(columns)})"
        return (
            f"SELECT _row, {number}, {said} FROM valued WHERE {there} AND {row} IN "
            f"(SELECT {row} FROM valued WHERE {there} GROUP BY {', '.join(columns)} HAVING count(*) > 1)"
        )

    def _meta(self) -> str:
        rows = [
            f"({n}, {sql.texts([*_told(c), c.rule, c.on_fail, c.reason.zh, c.reason.en])})"
            for n, c in enumerate(self.checks)
        ]
        rows.append("(NULL, '', '', '', '', '', '')")
        return (
            "CREATE TEMP TABLE meta AS SELECT * FROM (VALUES\n    "
            + ",\n    ".join(rows)
            + '\n) AS m(k, item, "column", rule, on_fail, reason_zh, reason_en) WHERE k IS NOT NULL'
        )

    def _bad(self) -> tuple[str, bool]:
        """Condition for a quarantined row, and whether rows must be put in order again after it."""
        tests = [
            t
            for p, of in (("m", self.element), ("x", self.cross))
            if (t := _tests(p, of, lambda c: c.on_fail == "row"))
        ]
        numbers = [self.number[id(c)] for c in self.sets if c.on_fail == "row"]
        if numbers:
            tests.append(f"_row IN (SELECT _row FROM faults WHERE k IN ({', '.join(map(str, numbers))}))")
        return " OR ".join(tests) or "false", bool(numbers)

    def _kept(self, item: Item) -> tuple[str, bool]:
        """The item's clean value: left out where a rule across items or rows says ``value``."""
        tests = [t for t in [_tests("x", self.cross, lambda c: c.on_fail == "value" and c.items[0] is item)] if t]
        numbers = [self.number[id(c)] for c in self.sets if c.on_fail == "value" and item in c.items]
        if numbers:
            tests.append(f"_row IN (SELECT _row FROM faults WHERE k IN ({', '.join(map(str, numbers))}))")
        value = f"CASE WHEN {' OR '.join(tests)} THEN NULL ELSE w{item.at} END" if tests else f"w{item.at}"
        return f"{value} AS {sql.name(item.code)}", bool(numbers)

    def _clean(self) -> str:
        bad, unordered = self._bad()
        kept = [self._kept(item) for item in self.items]
        by_code = {item.code: item for item in self.items}
        keys = [f"w{by_code[code].at}::VARCHAR" for code in self.plan.resource.key]
        key = f"concat_ws('|', {', '.join(keys)})" if keys else "'#' || _row"
        order = " ORDER BY _row" if unordered or any(by for _, by in kept) else ""
        return (
            f"COPY (SELECT {', '.join(value for value, _ in kept)}, _row, {self.delivery}::BIGINT AS _delivery, "
            f"{sql.text(self.plan.source.code)} AS _source, {key} AS _key\n"
            f"  FROM valued WHERE NOT ({bad}){order}) TO {sql.text(str(self.files.clean))} {PARQUET}"
        )

    def _issues(self) -> str:
        broken_rows = (
            "SELECT _row, NULL::INTEGER AS k, '' AS item, '' AS \"column\", 'file.row' AS rule, 'row' AS on_fail, "
            f"text AS value, reason_zh, reason_en FROM read_parquet({sql.text(str(self.files.broken))})"
        )
        return (
            'COPY (SELECT _row AS "row", item, "column", rule, on_fail, value, reason_zh, reason_en FROM (\n'
            '  SELECT _row, k, item, "column", rule, on_fail, value, reason_zh, reason_en\n'
            "    FROM faults JOIN meta USING (k)\n"
            f"  UNION ALL {broken_rows}\n) ORDER BY _row, k) TO {sql.text(str(self.files.issues))} {PARQUET}"
        )

    def counts(self) -> str:
        """Checks made: one for each rule of an item wherever the item has a value (``required``: in every row)."""
        made = ["0"]
        for check in self.checks:
            if check.level == "set" and check not in self.sets:
                continue
            made.append("count(*)" if check.rule == "required" else self._present(check.items[0]))
        bad, _ = self._bad()
        broken_rows = f"(SELECT count(*) FROM read_parquet({sql.text(str(self.files.broken))}))"
        return (
            f"SELECT count(*) + {broken_rows} AS rows, count(*) FILTER (NOT ({bad})) AS clean, "
            f"(SELECT count(*) FROM faults) + {broken_rows} * {len(self.items)} AS failed, "
            f"{' + '.join(made)} + {broken_rows} * {len(self.items)} AS made FROM valued"
        )

    def _present(self, item: Item) -> str:
        emptied = _tests("m", self.element, lambda c: c.empties and c.rule != "required" and c.items[0] is item)
        return f"count(w{item.at})" + (f" + count(*) FILTER ({emptied})" if emptied else "")


def _dictionary(name: str, words: Iterable[str]) -> str:
    return f"CREATE TYPE {name} AS ENUM ({sql.texts(words)})"


def _told(check: Check) -> list[str]:
    """Items and columns of a check, for people."""
    return [" + ".join(item.code for item in check.items), " + ".join(item.column for item in check.items)]


def _list(parts: Sequence[str]) -> str:
    return "".join(part + ",\n    " for part in parts)


def _chunks(checks: Sequence[Check]) -> int:
    return -(-len(checks) // BITS)


def _flags(prefix: str, checks: Sequence[Check]) -> list[str]:
    found = []
    for chunk in range(_chunks(checks)):
        part = checks[chunk * BITS : (chunk + 1) * BITS]
        sums = " + ".join(f"CASE WHEN {c.broken} THEN {1 << bit}::BIGINT ELSE 0 END" for bit, c in enumerate(part))
        found.append(f"{sums} AS {prefix}{chunk}")
    return found


def _tests(prefix: str, checks: Sequence[Check], wanted) -> str:
    """True where any of the wanted rules is broken."""
    masks: dict[int, int] = {}
    for place, check in enumerate(checks):
        if wanted(check):
            masks[place // BITS] = masks.get(place // BITS, 0) | 1 << place % BITS
    return " OR ".join(f"({prefix}{chunk} & {mask}) <> 0" for chunk, mask in masks.items())


def _by_row(item: Item) -> bool:
    return bool(item.mapping and item.mapping.datum_column)


def _datum_text(item: Item, columns: Mapping[str, Shape]) -> str:
    """The datum of each row, by the words of its column."""
    mapping = item.mapping
    assert mapping is not None
    if mapping.datum_column is None or mapping.datum_column not in columns:
        return "NULL::VARCHAR"
    cases = " ".join(f"WHEN {sql.text(word)} THEN {sql.text(datum)}" for word, datum in mapping.datum_values.items())
    given = f"trim({sql.name(mapping.datum_column)})"
    other = sql.text(item.datum) if item.datum else given
    return f"CASE {given} {cases} ELSE {other} END" if cases else other


def _typed(item: Item) -> str:
    if item.element.type == "geometry":
        g = f"g{item.at}"
        return f"CASE WHEN starts_with({g}, '!') THEN NULL ELSE ltrim({g}, '~') END"
    if item.mapping is None:
        return f"NULL::{sql_type(item)}"
    return typed(item, f"t{item.at}")
