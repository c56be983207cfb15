"""Services and matters: groups are of their lists, what a matter names is there, in an order that can be gone."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.guides.bundles import in_order
from lingqu.centre.guides.definitions import GROUPS, Service, ServiceBundle
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    lists = {code: {item.code for item in each.items} for code, each in blueprint.every(CodeList).items()}
    for entry, service in blueprint.pairs(Service):
        yield from _groups(entry, service, lists)
    for entry, bundle in blueprint.pairs(ServiceBundle):
        yield from _groups(entry, bundle, lists)
        yield from _parts(entry, bundle)


def _groups(entry: Entry, of: Service | ServiceBundle, lists: dict[str, set[str]]) -> Iterator[Fault]:
    for name, code_list in GROUPS.items():
        known = lists.get(code_list, set())
        for index, code in enumerate(getattr(of, name)):
            if code not in known:
                step = Text(zh=f"写 {code_list} 中的代码", en=f"Write a code of {code_list}")
                yield entry.fault(
                    "guides.group",
                    Text(zh=f"代码集 {code_list} 中没有“{code}”", en=f"{code_list} has no item {code!r}"),
                    suggest(code, sorted(known), step),
                    (name, index),
                )


def _parts(entry: Entry, bundle: ServiceBundle) -> Iterator[Fault]:
    codes = [part.service for part in bundle.services]
    questions = {question.code for question in bundle.questions}
    for index, part in enumerate(bundle.services):
        if codes.index(part.service) != index:
            yield entry.fault(
                "guides.twice",
                Text(zh=f"事项“{part.service}”出现两次", en=f"{part.service!r} is named twice"),
                Text(zh="合并为一处", en="Name it once"),
                ("services", index),
            )
        for code in part.after:
            if code not in codes:
                yield entry.fault(
                    "guides.after",
                    Text(zh=f"前置事项“{code}”不在这件事里", en=f"{code!r} is no service of this matter"),
                    suggest(code, codes, Text(zh="加上该事项，或去掉前置", en="Add it, or take it away here")),
                    ("services", index, "after"),
                )
        for code in part.when:
            if code not in questions:
                yield entry.fault(
                    "guides.question",
                    Text(zh=f"没有编码为“{code}”的问题", en=f"There is no question {code!r}"),
                    suggest(code, sorted(questions), Text(zh="在 questions 中写上它", en="Ask it in questions")),
                    ("services", index, "when", code),
                )
    if len(in_order(bundle.services)) < len(bundle.services):
        yield entry.fault(
            "guides.cycle",
            Text(zh="事项的先后成环", en="Services wait for each other in a ring"),
            Text(zh="去掉其中一处 after", en="Take one of the after away"),
            ("services",),
        )
