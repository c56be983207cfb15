"""Made-up departmental files for a city."""

from __future__ import annotations

import time
from pathlib import Path

import click


@click.command()
@click.argument("city", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The instance's inbox unless given.")
@click.option("--people", default=60_000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
def synthesize(city: Path, out: Path | None, people: int, seed: int) -> None:
    """Make up the files of all departments about PEOPLE living in CITY, a folder with a synthetic.yaml."""
    from lingqu.site import instance
    from lingqu.site.commands.flow import progress
    from lingqu.synthetic import door

    here, began = instance.current(), time.monotonic()
    with progress() as tell:
        made = door.synthesize(
            city,
            out or here.inbox,
            people=people,
            seed=seed,
            truth=None if out else here.root / "truth",
            progress=lambda done, total, what: tell("synthesize", done, total, what),
        )
    for code, file in made.files.items():
        click.echo(f"{code:<44} {made.rows[code]:>10,}  {file}")
    click.echo(f"{made.people:,} people, {made.organisations:,} firms, {time.monotonic() - began:.1f} s")
