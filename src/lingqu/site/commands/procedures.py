"""Procedures: take running cases over to a new version, and back."""

from __future__ import annotations

import click


@click.group()
def procedures() -> None:
    """Procedures and the cases that run by them."""


@procedures.command()
@click.argument("code")
@click.option("--dry-run", is_flag=True, help="Say which cases would go, and why others stay; change nothing.")
@click.option("--map", "named", multiple=True, metavar="OLD=NEW", help="The node that takes the place of an older one.")
@click.option("--back", is_flag=True, help="Take back the last taking over.")
@click.option("--batch", type=click.IntRange(1, 5_000), default=200, show_default=True, help="Cases a transaction.")
def migrate(code: str, dry_run: bool, named: tuple[str, ...], back: bool, batch: int) -> None:
    """Take running cases of the procedure CODE over to its version in the drawing.

    Each batch is a transaction; broken off, the same command goes on. Exits with 1 where cases stay.
    """
    mapping = dict(_pair(each) for each in named)
    if back and mapping:
        raise click.UsageError("--back takes the mapping of what it takes back")
    import django

    django.setup()
    from lingqu.centre.access import door as access
    from lingqu.centre.procedures import door

    if back:
        found = door.migrate_back(access.SYSTEM, code, dry=dry_run, batch=batch, tell=_tell)
    else:
        found = door.migrate(access.SYSTEM, code, mapping, dry=dry_run, batch=batch, tell=_tell)
    _say(found, dry_run)
    if found.kept:
        raise SystemExit(1)


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    if not old.strip() or not new.strip():
        raise click.BadParameter(f"{text!r} is no OLD=NEW", param_hint="--map")
    return old.strip(), new.strip()


def _tell(done: int, total: int) -> None:
    click.echo(f"{done:,} / {total:,}", err=True)


def _say(found: object, dry: bool) -> None:
    from lingqu.centre.procedures.door import Migrated
    from lingqu.kernel.text import Text
    from lingqu.site.cli import say

    assert isinstance(found, Migrated)
    went = Text(zh="可迁移" if dry else "已迁移", en="would go" if dry else "went")
    stay = Text(zh="留在原版本", en="stay")
    click.echo(f"{found.procedure} → {found.version[:12]}: {found.moved:,} {say(went)}, {found.kept:,} {say(stay)}")
    texts = {(why.rule, why.node): why.text for each in found.stay.values() for why in each}
    for (rule, node), count in found.reasons.most_common():
        cases = [number for number, why in found.stay.items() if (rule, node) in {(w.rule, w.node) for w in why}]
        more = " …" if count > 5 else ""
        numbers = ", ".join(map(str, cases[:5]))
        click.echo(f"  {count:>7,}  {say(texts[rule, node]) if (rule, node) in texts else ''}  {rule}  {numbers}{more}")
