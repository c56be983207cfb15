"""Forms of many offices as one: merge, check, propose, import."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lingqu.centre.papers.door import Book, FormSituation, Merge

CITY = click.option(
    "--city",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read this folder, without a database; else what was applied.",
)
SITUATION = click.option("--situation", help="One situation; all of them unless given.")


@click.group()
def papers() -> None:
    """Forms of many offices, merged to the fewest questions."""


@papers.command()
@click.argument("forms", nargs=-1)
@SITUATION
@CITY
@click.option("--json", "as_json", is_flag=True, help="For programs: questions, sources, every field.")
@click.option("--explain", metavar="FIELD", help="Why a field (F09.3) or term gets its value as it does.")
@click.option("--questions", is_flag=True, help="Name the questions and what each is needed for.")
@click.option("--removed", is_flag=True, help="Name what each step took away, and why.")
def merge(
    forms: tuple[str, ...],
    situation: str | None,
    city: Path | None,
    as_json: bool,
    explain: str | None,
    questions: bool,
    removed: bool,
) -> None:
    """Print the way from all fields to the questions that are left; FORMS are those of the situation unless named."""
    _ready(city)
    from lingqu.centre.papers import door
    from lingqu.site.cli import language

    documents = []
    for chosen, book in _books(city, situation, forms):
        made = door.merge(book, chosen.true, chosen.code)
        if as_json:
            documents.append(made.document())
        elif explain:
            click.echo(door.explain(book, made, explain, language()))
        else:
            click.echo(_shown(chosen, made, language(), questions=questions, removed=removed))
    if as_json:
        click.echo(json.dumps(documents[0] if situation else documents, ensure_ascii=False, indent=1))


@papers.command()
@SITUATION
@CITY
def check(situation: str | None, city: Path | None) -> None:
    """Prove every merge by the independent checker; exits with 1 where a proof does not hold."""
    _ready(city)
    from lingqu.centre.papers import door
    from lingqu.site.cli import say

    broken = 0
    for chosen, book in _books(city, situation):
        made, faults = door.proved(book, chosen.true, chosen.code)
        broken += len(faults) + len(made.lost)
        click.echo(f"{'✗' if faults or made.lost else '✓'} {chosen.code}: {made.asked} / {len(made.fates)}")
        for fault in faults:
            click.echo(f"  {fault.place}: {say(fault.message)}")
        for fate in made.lost:
            click.echo(f"  {fate.key}: {say(fate.why)}")
    sys.exit(broken > 0)


@papers.command()
@click.argument("form")
@click.option("--situation", required=True, help="Whose forms it is compared with.")
@CITY
def propose(form: str, situation: str, city: Path | None) -> None:
    """Propose terms for the unmapped fields of FORM, as YAML lines a person accepts by copying them."""
    _ready(city)
    from lingqu.centre.papers import door

    _, book = next(_books(city, situation))
    found = _definitions(city)[1]
    for proposal in door.propose(book, found[form]):
        like = f", {proposal.like}" if proposal.like else ""
        click.echo(f"- {{seq: {proposal.seq}, binds: {proposal.term}}}  # {proposal.score:.2f} {proposal.title}{like}")


@papers.command("import")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--terms", required=True, help="Code of the vocabulary the forms share.")
def import_table(table: Path, target: Path, terms: str) -> None:
    """Write forms/*.yaml and form_terms/ into TARGET from a CSV or XLSX, a row for each field, or a form as DOCX."""
    _django()
    from lingqu.blueprint import writing
    from lingqu.centre.papers import door

    forms, words = door.forms_of_rows(door.rows_of(table), terms)
    made = {f"forms/{form['code']}.yaml": form for form in forms} | {f"form_terms/{terms}.yaml": words}
    for name, document in made.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(writing.text(document), "utf-8")
        click.echo(name)


def _django() -> None:
    import django

    django.setup()


def _ready(city: Path | None) -> None:
    """Django, and the database where the drawing is read."""
    if city is not None:
        _django()
        return
    from lingqu.site.ready import ready

    ready()


def _definitions(city: Path | None) -> tuple[dict[str, Any], ...]:
    """Situations, forms, vocabularies and rules by code, of a folder or of the drawing."""
    from lingqu.centre.papers import door

    kinds = (door.FormSituation, door.Form, door.FormTerms, door.FormRules)
    if city is not None:
        from lingqu.blueprint import door as blueprint

        read = blueprint.load(city)
        return tuple(read.every(kind) for kind in kinds)
    from lingqu.centre.drawing import door as drawing

    return tuple(drawing.every(kind) for kind in kinds)


def _books(
    city: Path | None, situation: str | None, only: tuple[str, ...] = ()
) -> Iterator[tuple[FormSituation, Book]]:
    from lingqu.centre.papers import door
    from lingqu.kernel.errors import NotFound
    from lingqu.kernel.text import Text

    situations, forms, terms, rules = _definitions(city)
    if (situation is not None and situation not in situations) or not situations:
        known = ", ".join(situations) or "-"
        raise NotFound(
            "papers.situation",
            Text(zh=f"没有情形“{situation or ''}”", en=f"There is no situation {situation or ''!r}"),
            next_step=Text(zh=f"已有：{known}", en=f"There are: {known}"),
        )
    for code in [situation] if situation else sorted(situations):
        yield situations[code], door.bound(situations[code], forms, terms, rules, only)


def _shown(chosen: FormSituation, made: Merge, language: str, *, questions: bool, removed: bool) -> str:
    from lingqu.centre.papers import door

    true = sum(made.facts.values())
    proof = "最少，已证明 · proved to be the fewest" if made.exact else f"至少 {made.bound} · at least {made.bound}"
    lines = [
        f"{chosen.code}  {chosen.title.zh} · {chosen.title.en}",
        door.table(made),
        f"{made.asked} 问 questions ({proof}); 情形 situation: {true} ✓ / {len(made.facts)}",
    ]
    if removed:
        lines.extend(f"  − {line}" for line in door.removed(made, language))
    for odd in made.unmerged:
        lines.append(f"  ≠ {odd.field} {odd.term}: {odd.why.zh} · {odd.why.en}")
    for fate in made.lost:
        lines.append(f"  ✗ {fate.key}: {fate.why.zh} · {fate.why.en}")
    for question in made.questions if questions else ():
        lines.append(f"  ? {question.title.say(language)} ← {' '.join((*question.fields, *question.through))}")
    return "\n".join(lines) + "\n"
