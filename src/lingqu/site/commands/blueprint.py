"""The city as code: check, plan, apply, export, and a new one."""

from __future__ import annotations

import dataclasses
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lingqu.site.ready import ready

if TYPE_CHECKING:
    from lingqu.blueprint.door import Applied
    from lingqu.site.instance import Instance

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def blueprint() -> None:
    """The blueprint of a city: files that are checked, planned, applied and exported."""


def _show(text: str, data: Any, as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=1) if as_json else text)


@blueprint.command()
@FOLDER
@AS_JSON
def check(folder: Path, as_json: bool) -> None:
    """Name file, line and rule of every fault in FOLDER; exits with 1 where there is one."""
    from lingqu.site.cli import language

    _django_without_database()
    from lingqu.blueprint import door, render

    faults = door.check(door.load(folder))
    _show(render.faults(faults, language()), render.faults_data(faults), as_json)
    sys.exit(any(fault.severity == "error" for fault in faults))


def _django_without_database() -> None:
    import django

    django.setup()


@blueprint.command()
@FOLDER
@AS_JSON
def plan(folder: Path, as_json: bool) -> None:
    """Show what applying FOLDER would add, change and remove, and the data it touches."""
    from lingqu.site.cli import language

    _migrated()
    from lingqu.blueprint import door, render

    made = door.plan(door.load(folder))
    _show(render.plan(made, language()), render.plan_data(made), as_json)


@blueprint.command()
@FOLDER
@click.option("--allow-removal", is_flag=True, help="Even where data loses its description. No data is deleted.")
@AS_JSON
def apply(folder: Path, allow_removal: bool, as_json: bool) -> None:
    """Put FOLDER into the drawing in one transaction; twice changes nothing."""
    from lingqu.site.cli import language

    made = apply_city(_migrated(), folder, allow_removal=allow_removal)
    from lingqu.blueprint import render

    _show(render.applied(made, language()), render.applied_data(made), as_json)


def apply_city(here: Instance, folder: Path, *, allow_removal: bool = False) -> Applied:
    """Apply, and remember the folder: sources name files of their city (``city:…``)."""
    from lingqu.blueprint import door
    from lingqu.centre.access.door import SYSTEM

    actor = dataclasses.replace(SYSTEM, name=f"{getpass.getuser()}@command")
    made = door.apply(actor, door.load(folder), allow_removal=allow_removal)
    fresh = here.run / "city.new"
    fresh.write_text(f"{folder.resolve()}\n")
    fresh.rename(here.run / "city")
    return made


def _migrated() -> Instance:
    from lingqu.site import supervisor

    here = ready()
    from lingqu.site.health import pending_migrations

    if pending_migrations():
        supervisor.migrate()
    return here


@blueprint.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def export(target: Path) -> None:
    """Write the drawing's city to TARGET, an empty or new folder; applying it gives the same city."""
    from lingqu.site.cli import language

    ready()
    from django.conf import settings

    from lingqu.blueprint import door, render

    click.echo(render.exported(door.export(target, settings.LINGQU_CITY()), language()))


@blueprint.command("import-model")
@click.argument("schemas", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), required=True, help="The city's folder.")
@click.option("--definitions", type=click.Path(exists=True, path_type=Path), multiple=True, help="Schemas referred to.")
@click.option("--public", is_flag=True, help="Anybody may read entities of these types.")
def import_model(schemas: tuple[Path, ...], into: Path, definitions: tuple[Path, ...], public: bool) -> None:
    """Take types of the Smart Data Models over: SCHEMAS are their schema.json files, or folders of such."""
    _django_without_database()
    from lingqu.blueprint import smart_models

    given = [path for each in schemas for path in (sorted(each.rglob("schema.json")) if each.is_dir() else [each])]
    beside = [path for each in definitions for path in (sorted(each.rglob("*.json")) if each.is_dir() else [each])]
    known = {path.name: smart_models.read(path) for path in beside}
    found = [smart_models.model(smart_models.read(path), str(path), known, public=public) for path in given]
    for path in smart_models.write(found, into):
        click.echo(path)
    for each in found:
        for name, why in each.lost.items():
            click.echo(f"{each.type.code}.{name}: {why if why.startswith('left out') else f'any JSON ({why})'}")


@click.command("new-city")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--code", required=True, help="Its division code, six digits, e.g. 110101.")
@click.option("--zh", required=True, help="Its name in Chinese.")
@click.option("--en", help="Its name in English; the Chinese one where it has none.")
def new_city(folder: Path, code: str, zh: str, en: str | None) -> None:
    """Begin a new city in FOLDER, a folder that checks and applies at once."""
    _django_without_database()
    from lingqu.blueprint import door
    from lingqu.kernel.text import Text

    for file in door.new_city(folder, code, Text(zh=zh, en=en or zh)):
        click.echo(file)
