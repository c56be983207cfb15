"""Whatever a definition names must be defined."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.blueprint import kinds
from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.nearest import suggest
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    codes: dict[str, list[str]] = {}
    for kind, code in blueprint.entries:
        codes.setdefault(kind, []).append(code)
    for entry in blueprint.entries.values():
        for reference in entry.definition.references():
            if (reference.kind, reference.code) in blueprint.entries:
                continue
            title = kinds.title(reference.kind)
            folder = kinds.BY_NAME[reference.kind].of.folder
            yield entry.fault(
                "blueprint.reference",
                Text(
                    zh=f"没有编码为“{reference.code}”的{title.zh}",
                    en=f"There is no {title.en} {reference.code!r}",
                ),
                suggest(
                    reference.code,
                    codes.get(reference.kind, ()),
                    Text(zh=f"在 {folder}/ 中定义它", en=f"Define it in {folder}/"),
                ),
                reference.path,
            )
