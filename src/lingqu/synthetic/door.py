"""Made-up departmental files about one consistent population living at a city's real streets.

What cannot be real (persons, what departments hold about them) is made here, labelled as such by the sources'
``synthetic: true``. See docs/synthetic.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text
from lingqu.synthetic.departments import TABLES, Batch, Table
from lingqu.synthetic.files import Writer
from lingqu.synthetic.truth import Truth
from lingqu.synthetic.world import World

Progress = Callable[[int, int, str], None]
"""Called with (people done, people in all, what is being done)."""

FEWEST, MOST = 50, 10_000_000


@dataclass(frozen=True)
class Summary:
    """What was written. ``rows`` counts data rows by resource."""

    people: int
    households: int
    organisations: int
    files: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def synthesize(
    city_folder: Path,
    out: Path,
    *,
    people: int = 60_000,
    seed: int = 1,
    truth: Path | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Write the files of all departments under ``out`` (``<department>/<resource>.<ending>``), replacing them.

    The truth goes to ``truth`` (default: a folder ``truth`` beside ``out``). The same city, number and seed give the
    same bytes. Memory does not grow with ``people``. Raises NotFound or Invalid (``synthetic.recipe``,
    ``synthetic.geography``, ``synthetic.people``).
    """
    if not FEWEST <= people <= MOST:
        raise Invalid(
            "synthetic.people",
            Text(zh=f"人数须在 {FEWEST} 与 {MOST} 之间", en=f"The number of people must be {FEWEST} to {MOST}"),
            place=str(people),
        )
    tell = progress or (lambda done, total, what: None)
    tell(0, people, "places")
    world = World(city_folder, people, seed)
    return _Run(world, out, truth or out.parent / "truth", tell).run()


class _Run:
    """The open files of one synthesis. Each file is written under another name and put in place when it is whole."""

    def __init__(self, world: World, out: Path, truth: Path, tell: Progress) -> None:
        self.world, self.out, self.tell = world, out, tell
        self.truth = Truth(truth)
        self.writers: dict[str, Writer] = {}
        self.rows = {table.code: 0 for table in TABLES}

    def run(self) -> Summary:
        for table in TABLES:
            (self.out / table.file).parent.mkdir(parents=True, exist_ok=True)
            self.writers[table.code] = table.open(self._unfinished(table), table, self.world)
        done = households = firms = 0
        for number, size in self.world.parts():
            part = self.world.part(number, size, done, firms)
            for table in TABLES:
                if number == 0 or not table.once:
                    rates = self.world.recipe.defects_of(table.code)
                    batch = table.build(self.world, part, rates, self.world.random(table.code, number))
                    self._write(table, batch)
            self.truth.part(self.world, part)
            done, firms = done + size, firms + len(part.organisations)
            households += len(part.households.kind)
            self.tell(done, self.world.count, "people")
        for table in TABLES:
            self.writers[table.code].close()
            self._unfinished(table).replace(self.out / table.file)
        self.truth.close()
        return Summary(done, households, firms, {t.code: self.out / t.file for t in TABLES}, self.rows)

    def _unfinished(self, table: Table) -> Path:
        # A leading dot keeps the inbox connector from taking a half-written file.
        path = self.out / table.file
        return path.with_name(f".{path.name}")

    def _write(self, table: Table, batch: Batch) -> None:
        if table.most is not None:
            batch = batch.first(table.most - self.rows[table.code])
        rows = zip(*batch.columns, strict=True) if batch.records is None else batch.records
        self.writers[table.code].rows(rows)
        self.rows[table.code] += self.truth.records(table.code, table.file, batch)


__all__ = ["Summary", "synthesize"]
