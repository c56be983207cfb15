"""Why a field gets its value as it does, down to the questions it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.centre.papers.book import Book
from lingqu.centre.papers.proof import Merge, Source
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

SAID = {
    "asked": Text(zh="填写", en="asked"),
    "derived": Text(zh="推导", en="derived"),
    "fetched": Text(zh="调取", en="fetched"),
    "assigned": Text(zh="部门赋值", en="written by an office"),
    "signed": Text(zh="电子签名", en="signed"),
    "same": Text(zh="视同", en="the same as"),
    "blank": Text(zh="不适用", en="not applicable"),
    "lost": Text(zh="丢失", en="lost"),
}


def explain(book: Book, made: Merge, field: str, language: str) -> str:
    """Lines for ``F09.3`` (or a term), each input indented below what it serves.

    Raises ``NotFound`` (``papers.field``)."""
    fate = next((each for each in made.fates if field in (each.key, each.term)), None)
    if fate is None:
        raise NotFound(
            "papers.field",
            Text(zh=f"没有栏目“{field}”", en=f"There is no field {field!r}"),
            next_step=Text(zh="写作 表单编码.序号，例如 F09.3", en="Write form.number, e.g. F09.3"),
        )
    lines = [f"{fate.key} {fate.title.say(language)}: {SAID[fate.how].say(language)}"]
    if fate.how in ("blank", "lost"):
        return f"{lines[0]} — {fate.why.say(language)}"
    read = book.needs(fate.written_as) if fate.written_as else (fate.term,)
    if fate.written_as:
        lines.append(f"  = {fate.written_as}")
    for term in (*read, *(book.needs(fate.where) if fate.where else ())):
        lines.extend(_lines(made.sources[term], made, language, 1))
    return "\n".join(lines)


def _lines(source: Source, made: Merge, language: str, depth: int) -> Iterator[str]:
    rule = f" {source.text}" if source.how in ("derived", "same") else ""
    why = source.why.say(language)
    yield f"{'  ' * depth}{source.term} ← {SAID[source.how].say(language)}{rule} ({why})"
    for need in source.needs:
        yield from _lines(made.sources[need], made, language, depth + 1)
