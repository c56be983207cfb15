"""The words of the pages: compile the catalogues, and find what has no translation.

``python -m lingqu.site.words compile | check | update``. Messages are English in the code; each room keeps its Chinese
in ``locale/zh_Hans/LC_MESSAGES/django.po``. Templates are read as Django reads them, Python by Babel.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
# Positions of msgid, plural and context, as Django names its functions.
KEYWORDS = {
    "gettext": None,
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Used:
    """One message as it is used: ``room`` is the folder whose catalogue should hold it."""

    room: Path
    file: Path
    line: int
    message: str
    plural: str = ""
    context: str = ""


def locales() -> list[Path]:
    """The ``locale`` folders of all rooms, for Django's LOCALE_PATHS."""
    return sorted(path.parents[2] for path in SOURCE.glob(f"**/{CATALOGUE}"))


def compile_all() -> None:
    """Make .mo files; written under a temporary name and renamed, as other processes may read them."""
    for folder in locales():
        source = folder.parent / CATALOGUE
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".mo.new")
        with source.open("rb") as file, fresh.open("wb") as out:
            write_mo(out, read_po(file, locale="zh_Hans"))
        fresh.rename(target)


def used() -> Iterator[Used]:
    for file in sorted([*SOURCE.glob("lingqu*/**/*.py"), *SOURCE.glob("lingqu*/**/templates/**/*.html")]):
        if "migrations" in file.parts:
            continue
        for line, found, context in _messages(file):
            message, plural = found if isinstance(found, tuple) else (found, "")
            if message:
                yield Used(_room(file), file, line, message, plural or "", context or "")


def _messages(file: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    text = file.read_text()
    if file.suffix == ".html":
        from django.utils.translation.template import templatize

        text = templatize(text)
    for line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield line, message, context


def _room(file: Path) -> Path:
    """The nearest folder above with a catalogue, else the room by the house's floors."""
    for folder in file.parents:
        if (folder / CATALOGUE).exists():
            return folder
    parts = file.relative_to(SOURCE).parts
    return SOURCE.joinpath(*parts[: 3 if parts[1] == "centre" else 2])


def _catalogue(room: Path) -> Catalog:
    file = room / CATALOGUE
    if not file.exists():
        return Catalog(locale="zh_Hans", domain="django", fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale="zh_Hans")


def missing() -> list[Used]:
    """Messages without a translation in any room's catalogue (Django joins the catalogues of all rooms)."""
    known: set[tuple[str, str]] = set()
    for folder in locales():
        for entry in _catalogue(folder.parent):
            said = entry.string if isinstance(entry.string, tuple) else (entry.string,)
            if entry.id and all(said) and not entry.fuzzy:
                known.add((entry.id if isinstance(entry.id, str) else entry.id[0], entry.context or ""))
    return [one for one in used() if (one.message, one.context) not in known]


def colliding() -> list[str]:
    """Messages that two rooms translate differently: Django joins the catalogues, so that one of them would be said in
    both. Another message, or a context (pgettext), tells them apart."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for folder in locales():
        for entry in _catalogue(folder.parent):
            if entry.id:
                key = (entry.id if isinstance(entry.id, str) else entry.id[0], entry.context or "")
                found.setdefault(key, {}).setdefault(str(entry.string), folder.parent.name)
    return [f"{key[0]!r} is said differently: {said}" for key, said in sorted(found.items()) if len(said) > 1]


def update() -> int:
    """Add what is missing to the rooms' catalogues, empty; gives how many."""
    added = missing()
    for room in {one.room for one in added}:
        catalogue = _catalogue(room)
        for one in (m for m in added if m.room == room):
            identity = (one.message, one.plural) if one.plural else one.message
            place = [(str(one.file.relative_to(SOURCE)), one.line)]
            catalogue.add(identity, locations=place, context=one.context or None)  # type: ignore[arg-type]
        file = room / CATALOGUE
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            write_po(out, catalogue, width=120, sort_output=True, omit_header=False)
    return len(added)


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "check"
    if what == "compile":
        compile_all()
    elif what == "update":
        print(f"{update()} to translate")
    elif found := missing():
        lines = [f"{m.file.relative_to(SOURCE.parent)}:{m.line}: no Chinese for {m.message!r}" for m in found]
        sys.exit("\n".join([*lines, f"{len(found)} messages have no translation: python -m lingqu.site.words update"]))
    elif two := colliding():
        sys.exit("\n".join(two))


if __name__ == "__main__":
    main()
