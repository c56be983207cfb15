"""A list as a file: CSV, XLSX, JSON or GeoJSON, streamed, with the rights and the masks of who asks."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import xlsxwriter
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.ui import purpose
from lingqu.ui.registers import asked as asking
from lingqu.ui.registers import big_exports
from lingqu.ui.values import Wording

OPEN_ROWS = 10_000
"""Rows of a public type for somebody without the right to export."""

READ = 500
"""Rows read at a time for it."""

ENTITLED_ROWS = 1_000_000
"""Rows for somebody with the right to export: what a spreadsheet holds (1 048 576) bounds it too."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula may begin; some spreadsheets take the full-width signs too."""


@require_safe
def page(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    shown = entities.entity_type(kind)
    makers = {"csv": _csv, "xlsx": _xlsx, "json": _json, "geojson": _geojson}
    if form not in makers or (form == "geojson" and not shown.geometry):
        raise Http404
    actor = replace(access.actor_of(request), way="export")
    if purpose.missing(request, shown.personal):
        return purpose.ask(request, request.get_full_path())
    entitled = access.may(actor, "export", kind)
    if not entitled and not shown.public:
        access.require(actor, "export", kind)
    query = asking.read(request, shown).query(shown)
    if wait := big_exports.held_up(request, actor, shown, form, query):
        return wait
    limit = ENTITLED_ROWS if entitled else OPEN_ROWS
    access.record(
        actor, "export", entity_type=kind, detail={"form": form, "asked": request.GET.urlencode(), "limit": limit}
    )
    found = islice(entities.every(actor, query) if entitled else _read(actor, query), limit)
    response = makers[form](shown, found)
    name = f"{kind}-{timezone.localdate():%Y%m%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(actor: access.Actor, query: entities.Query) -> Iterator[entities.Entity]:
    """What anybody may read page by page, one page after the other; the right to export is not needed for it."""
    page = entities.find(actor, replace(query, limit=READ))
    while True:
        yield from page.entities
        if not page.next:
            return
        page = entities.find(actor, replace(query, limit=READ, after=page.next))


def guarded(text: str) -> str:
    """A cell that a spreadsheet will not take for a formula (OWASP: CSV injection); numbers stay numbers."""
    if text.startswith(_FORMULA) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain_columns(kind: EntityType) -> list[str]:
    return [name for name in kind.attributes if name != kind.geometry]


def _head(kind: EntityType, wording: Wording) -> list[str]:
    titles = [wording.title(kind.attributes[name], name) for name in _plain_columns(kind)]
    point = ["longitude (WGS-84)", "latitude (WGS-84)"] if kind.geometry else []
    return ["id", *titles, *point, _("Contested")]


def _line(kind: EntityType, entity: entities.Entity, wording: Wording) -> list[Any]:
    cells: list[Any] = [entity.id]
    for name in _plain_columns(kind):
        value = entity.value(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            cells.append(value)
            continue
        shown = wording.show(kind.attributes[name], entity.attrs.get(name))
        element = wording.elements.get(kind.attributes[name].element or "")
        dated = bool(element and element.type in ("date", "datetime"))
        cells.append("; ".join((s.exact or s.text) if dated or s.href else s.text for s in shown))
    if kind.geometry:
        box = entity.bounds
        cells += [round((box[0] + box[2]) / 2, 6), round((box[1] + box[3]) / 2, 6)] if box else ["", ""]
    cells.append("; ".join(wording.title(kind.attributes.get(name), name) for name in entity.contested))
    return cells


class _Echo:
    """What csv writes is handed on instead of kept."""

    def write(self, value: str) -> str:
        return value


def _csv(kind: EntityType, found: Iterator[entities.Entity]) -> HttpResponseBase:
    wording = Wording(get_language() or "zh-hans")

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + str(
            writer.writerow([guarded(t) for t in _head(kind, wording)])
        )  # the mark by which spreadsheets know UTF-8
        for entity in found:
            yield str(writer.writerow([guarded(str(c)) for c in _line(kind, entity, wording)]))

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _xlsx(kind: EntityType, found: Iterator[entities.Entity]) -> HttpResponseBase:
    wording = Wording(get_language() or "zh-hans")
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the answer closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(kind.code[:31]), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, _head(kind, wording), bold)
        for row, entity in enumerate(found, start=1):
            sheet.write_row(row, 0, _line(kind, entity, wording))
    file.seek(0)
    return FileResponse(file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _plain(kind: EntityType, entity: entities.Entity) -> dict[str, Any]:
    facts = {name: entity.value(name) for name in _plain_columns(kind)}
    told = {"id": entity.id, "type": entity.type, **{k: v for k, v in facts.items() if v is not None}}
    return told | ({"contested": list(entity.contested)} if entity.contested else {})


def _joined(start: str, parts: Iterator[str], end: str) -> Iterator[str]:
    yield start
    for index, part in enumerate(parts):
        yield ("," if index else "") + "\n" + part
    yield end


def _json(kind: EntityType, found: Iterator[entities.Entity]) -> HttpResponseBase:
    parts = (json.dumps(_plain(kind, e), ensure_ascii=False) for e in found)
    return StreamingHttpResponse(_joined("[", parts, "\n]\n"), content_type="application/json")


def _geojson(kind: EntityType, found: Iterator[entities.Entity]) -> HttpResponseBase:
    """RFC 7946: WGS-84, longitude first."""

    def feature(entity: entities.Entity) -> str:
        facts = _plain(kind, entity)
        geometry = entity.value(kind.geometry or "")
        told = {"type": "Feature", "id": facts.pop("id"), "geometry": geometry, "properties": facts}
        return json.dumps(told, ensure_ascii=False)

    start = '{"type":"FeatureCollection","features":['
    parts = (feature(e) for e in found)
    return StreamingHttpResponse(_joined(start, parts, "\n]}\n"), content_type="application/geo+json")
