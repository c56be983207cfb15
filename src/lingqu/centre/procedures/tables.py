"""Decision tables as rows of texts, to be edited as a table, and back as DMN 1.3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from lingqu.centre.procedures.definitions import Name
from lingqu.centre.procedures.markup import Element, read
from lingqu.kernel.definition import Field, Part

_SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


class TableRow(Part):
    tests: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


class Table(Part):
    """``inputs``: expressions; ``outputs``: variables; each row has a unary test for each input, a value for each
    output."""

    id: Name
    title: str = Field(default="", max_length=200)
    hit: Literal["UNIQUE", "FIRST"] = "UNIQUE"
    inputs: tuple[str, ...] = Field(default=(), max_length=20)
    outputs: tuple[str, ...] = Field(default=(), max_length=20)
    rows: tuple[TableRow, ...] = Field(default=(), max_length=500)


def tables_of(text: str) -> list[Table]:
    """The decision tables of a DMN file, sound or not. Raises ``Faulty`` for what is no XML, ``ValueError`` for what
    cannot be a table here."""
    return [
        _table(decision, table)
        for decision in read(text).every("decision")
        if (table := decision.first("decisionTable")) is not None
    ]


def text_of(tables: Iterable[Table], name: str) -> str:
    """DMN of these tables."""
    inner = "".join(_decision(table) for table in tables)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="{_SPACE}" id={quoteattr(name)} name={quoteattr(name)} '
        f"namespace={quoteattr('urn:lingqu:' + name)}>\n{inner}</definitions>\n"
    )


def _table(decision: Element, table: Element) -> Table:
    return Table(
        id=decision.get("id"),
        title=decision.get("name"),
        hit=(table.get("hitPolicy") or "UNIQUE").upper(),  # type: ignore[arg-type]
        inputs=tuple(_text(each.first("inputExpression")) for each in table.every("input")),
        outputs=tuple(each.get("name") for each in table.every("output")),
        rows=tuple(
            TableRow(
                tests=tuple(_text(cell) for cell in rule.every("inputEntry")),
                gives=tuple(_text(cell) for cell in rule.every("outputEntry")),
            )
            for rule in table.every("rule")
        ),
    )


def _text(element: Element | None) -> str:
    inner = element.first("text") if element is not None else None
    return inner.text() if inner is not None else ""


def _decision(table: Table) -> str:
    lines = [f"  <decision id={quoteattr(table.id)} name={quoteattr(table.title or table.id)}>"]
    lines.append(f'    <decisionTable id={quoteattr(table.id + "_table")} hitPolicy="{table.hit}">')
    for n, said in enumerate(table.inputs, 1):
        inner = f'<inputExpression id="{table.id}_e{n}"><text>{escape(said)}</text></inputExpression>'
        lines.append(f'      <input id="{table.id}_i{n}">{inner}</input>')
    lines += [
        f'      <output id="{table.id}_o{n}" name={quoteattr(name)} />' for n, name in enumerate(table.outputs, 1)
    ]
    for r, row in enumerate(table.rows, 1):
        lines.append(f'      <rule id="{table.id}_r{r}">')
        lines += [_cell("inputEntry", f"{table.id}_r{r}i{n}", said) for n, said in enumerate(row.tests, 1)]
        lines += [_cell("outputEntry", f"{table.id}_r{r}o{n}", said) for n, said in enumerate(row.gives, 1)]
        lines.append("      </rule>")
    return "\n".join([*lines, "    </decisionTable>", "  </decision>", ""])


def _cell(tag: str, id_: str, said: str) -> str:
    return f'        <{tag} id="{id_}"><text>{escape(said)}</text></{tag}>'
