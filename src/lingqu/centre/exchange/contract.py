"""What a source promises about its files: the columns that its mapping reads, and the datum of its coordinates."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Sequence

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange.definitions import Mapping, Source
from lingqu.kernel import datum
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

_COORDINATE = re.compile(
    r"^(lon|lng|long|longitude|lat|latitude|[xy]_?coord(inate)?|coord_?[xy]|经度|纬度|坐标[xy]?|[xy]坐标|[wxyjd]?jd|wd)"
    r"([_\-]?(84|02|09|wgs84|gcj02|bd09|gd|bd|baidu|amap|gaode))?$|经度|纬度",
    re.IGNORECASE,
)
_HINTS: tuple[tuple[str, datum.Datum], ...] = (
    (r"bd[_\-]?0?9|baidu|百度", "BD-09"),
    (r"gcj|amap|gaode|高德|腾讯|火星|_gd$|02$", "GCJ-02"),
    (r"84|gps", "WGS-84"),
    (r"2000|cgcs", "CGCS2000"),
)


def digest(source: Source) -> str:
    """Of all that decides how a file becomes rows."""
    told = source.model_dump(mode="json", include={"config", "connector", "datum"})
    told["columns"] = sorted(expected(source))
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def expected(source: Source) -> list[str]:
    """The columns that the mapping reads, in its order."""
    return list(dict.fromkeys(name for mapping in source.mapping.values() for name in mapping.names()))


def missing(source: Source, columns: Sequence[str]) -> dict[str, str]:
    """Columns that the mapping needs and the file has not → the item that needs them."""
    there, found = set(columns), {}
    for item, mapping in source.mapping.items():
        if not mapping.optional:
            found.update({name: item for name in mapping.names() if name not in there})
    return found


def unmapped(source: Source, columns: Sequence[str]) -> list[str]:
    read = set(expected(source))
    return [name for name in columns if name not in read and not name.startswith("$")]


def unlabelled(source: Source, columns: Sequence[str], *, always_wgs84: bool = False) -> dict[str, str]:
    """Columns of coordinates in the file that nobody gave a datum → the datum to propose.

    Columns that are not mapped are proposals only; see ``refuse``. A PBF is WGS-84 by its own definition.
    """
    if source.datum or always_wgs84:
        return {}
    labelled = {
        name for mapping in source.mapping.values() if mapping.datum or mapping.datum_column for name in mapping.names()
    }
    pointing = {name for mapping in source.mapping.values() if mapping.is_geometry for name in _places(mapping)}
    found = [name for name in columns if name in pointing or _COORDINATE.search(name)]
    return {name: proposed(name) for name in found if name not in labelled}


def _places(mapping: Mapping) -> Iterable[str]:
    return (name for name in (mapping.longitude, mapping.latitude, mapping.column) if name)


def proposed(column: str) -> str:
    """The datum that a column's name hints at; GCJ-02 otherwise, in which most Chinese map services give points."""
    return next((name for pattern, name in _HINTS if re.search(pattern, column, re.IGNORECASE)), "GCJ-02")


def refuse(source: Source, columns: Sequence[str], *, always_wgs84: bool = False) -> None:
    """Raises ``Invalid`` for a file that breaks the contract (``contract.columns``, ``datum.unlabelled``)."""
    if absent := missing(source, columns):
        raise _absent(source, columns, absent)
    read = set(expected(source))
    found = [n for n in unlabelled(source, columns, always_wgs84=always_wgs84) if n in read]
    if found:
        hint = proposed(found[0])
        refusal = datum.unlabelled(found, source.code)
        refusal.next_step = Text(
            zh=f"{refusal.next_step.zh}。按列名推测可能是 {hint}，请先核实",
            en=f"{refusal.next_step.en}. By its name it may be {hint}: confirm it first",
        )
        raise refusal


def _absent(source: Source, columns: Sequence[str], absent: dict[str, str]) -> Invalid:
    near = {name: _near(source, name, item, unmapped(source, columns)) for name, item in absent.items()}
    said_zh = "；".join(f"{name}" + (f"（是否改名为 {near[name]}？）" if near[name] else "") for name in absent)
    there_zh, there_en = "、".join(columns[:40]), ", ".join(columns[:40])
    said_en = "; ".join(f"{name}" + (f" (now called {near[name]}?)" if near[name] else "") for name in absent)
    faults = [
        Fault(
            "contract.column",
            Text(zh=f"缺少列 {name}（{item}）", en=f"The column {name} ({item}) is missing"),
            column=name,
            next_step=Text(zh=near[name], en=near[name]) if near[name] else None,
        )
        for name, item in absent.items()
    ]
    return Invalid(
        "contract.columns",
        Text(zh=f"文件缺少映射所需的列：{said_zh}", en=f"The file lacks columns that the mapping reads: {said_en}"),
        place=source.code,
        next_step=Text(
            zh=f"请部门补上这些列，或修改来源的映射。文件中有：{there_zh}",
            en=f"Have the department add them or change the source's mapping. The file has: {there_en}",
        ),
        faults=faults,
    )


def _near(source: Source, name: str, item: str, candidates: Sequence[str]) -> str:
    """The unmapped column that most likely is the missing one: a synonym of the item's data element, else like it."""
    resource = catalogue.resources().get(source.resource)
    elements = catalogue.data_elements()
    wanted = next((i.element for i in resource.items if i.code == item), "") if resource else ""
    if element := elements.get(wanted):
        names = {element.title.zh, element.title.en, element.code, *element.synonyms}
        for candidate in candidates:
            if candidate.strip() in names:
                return candidate
    return next(iter(difflib.get_close_matches(name, candidates, n=1, cutoff=0.5)), "")
