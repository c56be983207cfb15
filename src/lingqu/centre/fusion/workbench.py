"""A DuckDB connection on which a run's steps work, and the journal of what they did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from lingqu.centre.fusion.results import Step

Progress = Callable[[int, int, str], None]


def name(*parts: str) -> str:
    """A quoted SQL identifier."""
    return '"' + "".join(parts).replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted SQL string, for names that come from definitions, where no parameter can stand."""
    return "'" + value.replace("'", "''") + "'"


def compose(template: str, **parts: object) -> str:
    """SQL put together from a template and parts that are themselves SQL; values go as parameters."""
    return template.format(**parts)


@dataclass
class Workbench:
    """``tell`` is called with (done, total, what) as steps begin."""

    con: duckdb.DuckDBPyConnection
    tell: Progress = lambda done, total, what: None
    total: int = 0
    steps: list[Step] = field(default_factory=list)
    _statements: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls, scratch: Path | None = None, tell: Progress | None = None, threads: int = 2, memory: str = ""
    ) -> Workbench:
        """A connection in memory that spills to ``scratch`` what goes beyond ``memory`` (DuckDB's words, e.g. 4GB)."""
        con = duckdb.connect()
        con.execute("SET threads = ?", [threads])
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET TimeZone = 'UTC'")
        if memory:
            con.execute("SET memory_limit = ?", [memory])
        if scratch is not None:
            con.execute("SET temp_directory = ?", [str(scratch)])
        return cls(con) if tell is None else cls(con, tell)

    @contextmanager
    def step(self, title: str) -> Iterator[list[int]]:
        """Runs a named step; the step may set ``[0]`` of what it is given to the number of rows it made."""
        self.tell(len(self.steps), self.total, title)
        began, rows, self._statements = time.perf_counter(), [0], []
        yield rows
        seconds = round(time.perf_counter() - began, 3)
        self.steps.append(Step(title, seconds, rows[0], ";\n".join(self._statements)))

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        self._statements.append(statement)
        return self.con.execute(statement, list(parameters))

    def make(self, table: str, query: str, parameters: Sequence[Any] = ()) -> int:
        """Puts a query's rows into a table; gives their number."""
        self.run(compose("CREATE OR REPLACE TEMP TABLE {t} AS {q}", t=name(table), q=query), parameters)
        return self.count(table)

    def count(self, table: str) -> int:
        return int(self.con.execute(compose("SELECT count(*) FROM {t}", t=name(table))).fetchall()[0][0])

    def drop(self, *tables: str) -> None:
        for table in tables:
            self.con.execute(compose("DROP TABLE IF EXISTS {t}", t=name(table)))
