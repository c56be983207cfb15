"""DMN 1.x decision tables, each cell compiled once. Namespaces of DMN 1.1 to 1.5 are read alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.markup import Element, Faulty, fault, read
from lingqu.centre.procedures.plan import Decision, Row
from lingqu.kernel.errors import Fault, LingquError

_SPACE = re.compile(r"^https?://www\.omg\.org/spec/DMN/\d+/(MODEL/|dmn\.xsd)$")
_HITS = ("UNIQUE", "FIRST")
_MOST_ROWS = 2_000


def compile_decisions(text: str, sorts: Mapping[str, str]) -> dict[str, Decision]:
    """Every decision table of a file by id. Raises ``Faulty``."""
    root = read(text)
    if root.tag != "definitions" or not _SPACE.match(root.space):
        raise Faulty([fault("procedures.decision", root.line, "应当是 DMN 文件", "expected a DMN file")])
    faults: list[Fault] = []
    made: dict[str, Decision] = {}
    for element in root.every("decision"):
        table = element.first("decisionTable")
        if table is None:
            faults.append(_wrong(element, "只支持决策表", "only decision tables are supported"))
            continue
        made[element.get("id")] = _table(element, table, sorts, faults)
    if faults:
        raise Faulty(faults)
    return made


def _table(element: Element, table: Element, sorts: Mapping[str, str], faults: list[Fault]) -> Decision:
    hit = (table.get("hitPolicy") or "UNIQUE").upper()
    if hit not in _HITS:
        faults.append(_wrong(table, f"不支持命中策略 {hit}", f"the hit policy {hit} is not supported"))
    abouts = [_about(each, sorts, faults) for each in table.every("input")]
    outputs = [each.get("name") for each in table.every("output")]
    for each, name in zip(table.every("output"), outputs, strict=True):
        if name not in sorts:
            faults.append(_wrong(each, f"没有变量“{name}”", f"there is no variable {name!r}"))
    rules = list(table.every("rule"))
    if len(rules) > _MOST_ROWS:
        faults.append(_wrong(table, "行数过多", "too many rows"))
        rules = []
    rows = [row for rule in rules if (row := _row(rule, abouts, outputs, sorts, faults)) is not None]
    title = element.get("name") or element.get("id")
    return Decision(element.get("id"), title, hit, tuple(rows), tuple(outputs), element.line)


def _about(element: Element, sorts: Mapping[str, str], faults: list[Fault]) -> str:
    inner = element.first("inputExpression")
    text = inner.first("text") if inner is not None else None
    said = text.text() if text is not None else ""
    try:
        feel.expression(said, sorts)
    except LingquError as error:
        faults.append(_wrong(element, error.message.zh, error.message.en))
        return "true"
    return said


def _row(
    rule: Element, abouts: list[str], outputs: list[str], sorts: Mapping[str, str], faults: list[Fault]
) -> Row | None:
    tests, gives = list(rule.every("inputEntry")), list(rule.every("outputEntry"))
    if len(tests) != len(abouts) or len(gives) != len(outputs):
        faults.append(_wrong(rule, "单元格数与列数不符", "cells and columns do not match"))
        return None
    try:
        return Row(
            tuple(feel.tests(_cell(cell), about, sorts) for cell, about in zip(tests, abouts, strict=True)),
            tuple(
                (name, feel.expression(_cell(cell) or "null", sorts, sorts.get(name, "any")))
                for cell, name in zip(gives, outputs, strict=True)
            ),
        )
    except LingquError as error:
        faults.append(_wrong(rule, error.message.zh, error.message.en))
        return None


def _cell(element: Element) -> str:
    text = element.first("text")
    return text.text() if text is not None else ""


def _wrong(element: Element, zh: str, en: str) -> Fault:
    return fault("procedures.decision", element.line, zh, en)
