"""Sources: mappings lead to items of the resource, and every coordinate says its datum (law 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from lingqu.blueprint import city_files
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.catalogue.definitions import InformationResource, ResourceItem
from lingqu.centre.exchange import door as exchange
from lingqu.centre.exchange.definitions import Datum, Mapping, Source
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Fault, LingquError
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    resources, elements = blueprint.every(InformationResource), blueprint.every(DataElement)
    for entry, source in blueprint.pairs(Source):
        yield from _config(entry, source)
        yield from _files(blueprint, entry, source)
        resource = resources.get(source.resource)
        if resource is None:
            continue
        items = {item.code: item for item in resource.items}
        yield from _unfed(entry, source, items)
        for code, mapping in source.mapping.items():
            if code not in items:
                yield entry.fault(
                    "source.item",
                    Text(zh=f"“{code}”不是 {resource.code} 的信息项", en=f"{code!r} is not an item of {resource.code}"),
                    suggest(code, items, Text(zh="改正编码，或在资源中补上该项", en="Correct it, or add the item")),
                    ("mapping", code),
                )
                continue
            element = elements.get(items[code].element)
            yield from _mapping(entry, code, mapping, element is not None and element.type == "geometry")
            if element is not None and element.type == "geometry":
                yield from _datum(entry, source, code, mapping)


def _config(entry: Entry, source: Source) -> Iterator[Fault]:
    """The connector is known and its own model accepts the settings."""
    try:
        exchange.settings_of(source)
    except LingquError as error:
        for fault in error.faults or (Fault(error.rule, error.message, next_step=error.next_step),):
            path = ("config", *fault.column.split(".")) if fault.column else ("connector",)
            step = fault.next_step or error.next_step
            if not error.faults:
                step = suggest(source.connector, exchange.connectors(), step)
            yield entry.fault(fault.rule, fault.message, step, path)


def _files(blueprint: Blueprint, entry: Entry, source: Source) -> Iterator[Fault]:
    """A warning only: an export without its data, or a large file fetched later, is still a city."""
    for path, key in city_files.named(source.config):
        if not (blueprint.root / path).exists():
            yield entry.fault(
                "source.file",
                Text(zh=f"城市文件夹里没有 {path}", en=f"The city's folder has no {path}"),
                Text(zh="放入该文件，或改正路径", en="Put the file there or correct the path"),
                ("config", *key),
                "warning",
            )


def _unfed(entry: Entry, source: Source, items: dict[str, ResourceItem]) -> Iterator[Fault]:
    for code, item in items.items():
        if item.required and code not in source.mapping:
            yield entry.fault(
                "source.required",
                Text(zh=f"必填项“{code}”没有映射", en=f"The required item {code!r} is not mapped"),
                Text(zh=f"在 mapping 中补上 {code}", en=f"Add {code} to mapping"),
                ("mapping",),
            )


def _mapping(entry: Entry, code: str, mapping: Mapping, geometry: bool) -> Iterator[Fault]:
    pair = (mapping.longitude is not None) + (mapping.latitude is not None)
    ways = sum((mapping.column is not None, bool(mapping.columns), mapping.value is not None, pair > 0))
    if ways != 1 or pair == 1 or (pair and not geometry):
        yield _way(
            entry,
            code,
            "应写 column、columns、value 或一对 longitude/latitude 中的一种",
            "Say one of column, columns, value, or both longitude and latitude of a geometry",
        )
    if mapping.extract is not None:
        try:
            groups = re.compile(mapping.extract).groups
        except re.error:
            groups = 0
        if groups < 1:
            yield _way(
                entry, code, "extract 应为带一个括号的正则表达式", "extract is a regular expression with a group"
            )


def _way(entry: Entry, code: str, zh: str, en: str) -> Fault:
    step = Text(zh="改正这一映射", en="Correct this mapping")
    return entry.fault("source.mapping", Text(zh=zh, en=en), step, ("mapping", code))


def _datum(entry: Entry, source: Source, code: str, mapping: Mapping) -> Iterator[Fault]:
    if mapping.datum or source.datum or mapping.value is not None:
        return
    if mapping.datum_column and mapping.datum_values:
        return
    datums = ", ".join(get_args(Datum))
    yield entry.fault(
        "datum.unlabelled",
        Text(zh=f"“{code}”的坐标没有写明坐标系", en=f"The coordinates of {code!r} say no datum"),
        Text(
            zh=f"写明 datum（{datums}）；国内地图网站的坐标多为 GCJ-02 或 BD-09",
            en=f"Say datum: one of {datums}; web maps made in China mostly use GCJ-02 or BD-09",
        ),
        ("mapping", code),
    )
