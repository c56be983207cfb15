"""Filled forms as files: a PDF for the eye, JSON for the machine, each office's apart."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.drawing.definitions import City
from lingqu.centre.papers.book import Book
from lingqu.centre.papers.definitions import Form, FormField
from lingqu.centre.papers.proof import Fate, Merge
from lingqu.centre.papers.refill import Filled
from lingqu.centre.papers.typeset import typeset
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text

_SIDE_BY_SIDE = 3
_SOURCES = {
    "asked": "申请人填写",
    "derived": "由其他项推导",
    "fetched": "基础库调取",
    "assigned": "办理部门填写",
    "signed": "电子签名",
    "same": "视同其他项",
    "blank": "本情形不涉及",
    "lost": "无规则可还原",
}


@dataclass(frozen=True)
class Dossier:
    """One application's forms, ready to print. ``number`` is the case's, where there is one."""

    book: Book
    made: Merge
    filled: Filled
    number: str = ""

    def form(self, code: str) -> Form:
        """Raises ``NotFound`` (``papers.form``)."""
        found = next((form for form in self.book.forms if form.code == code), None)
        if found is None:
            raise NotFound(
                "papers.form",
                Text(zh=f"没有编码为“{code}”的表单", en=f"There is no form {code!r}"),
                place=code,
                next_step=Text(zh="从清单中选择表单", en="Choose one of the list"),
            )
        return found

    def of(self, form: Form) -> Iterator[tuple[FormField, Fate, Any]]:
        fates = {fate.n: fate for fate in self.made.fates if fate.form == form.code}
        for field in sorted(form.fields, key=lambda field: field.seq):
            yield field, fates[field.seq], self.filled.forms[form.code][field.seq]


def pdf(dossier: Dossier, code: str, at: datetime | None = None) -> bytes:
    """One form of an application as PDF in Chinese, as its office would have received it."""
    at = timezone.localtime(at)
    form, city = dossier.form(code), next(iter(drawing.every(City).values()), None)
    lists = drawing.every(CodeList)
    layout = {
        "title": form.title.zh,
        "code": form.code,
        "office": dossier.book.rules.offices[form.office].zh,
        "note": _note(form),
        "city": city.title.zh if city else "",
        "made_up": bool(city and city.synthetic),
        "date": f"{at:%Y-%m-%d}" + (f"　{dossier.number}" if dossier.number else ""),
        "parts": list(_parts(dossier, form, lists)),
        "disputed": [
            dossier.book.words[term].title.zh
            for term in dossier.filled.disputed
            if any(fate.form == form.code and fate.term == term for fate in dossier.made.fates)
        ],
    }
    return typeset("form", layout, at)


def data(dossier: Dossier, code: str) -> dict[str, Any]:
    """The same form as plain data: field number, label, term, value and where it comes from."""
    form = dossier.form(code)
    return {
        "form": form.code,
        "title": form.title.model_dump(),
        "office": form.office,
        "status": form.status,
        "case": dossier.number,
        "fields": [
            {"n": field.seq, "title": field.title.zh, "term": fate.term, "value": _plain(value), "source": fate.how}
            for field, fate, value in dossier.of(form)
        ],
    }


def bundle(dossier: Dossier, codes: Iterable[str] = ()) -> bytes:
    """A ZIP of the forms named (all): a folder for each office, in it a PDF and a JSON for each form."""
    wanted, made = tuple(codes) or tuple(sorted(form.code for form in dossier.book.forms)), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for code in wanted:
            form = dossier.form(code)
            office = dossier.book.rules.offices[form.office].zh
            name = "".join(
                "_" if c in '/\\:*?"<>|' else c for c in f"{office}/{code} {form.title.zh}".partition("/")[2]
            )
            out.writestr(f"{office}/{name}.pdf", pdf(dossier, code))
            text = json.dumps(data(dossier, code), ensure_ascii=False, indent=1)
            out.writestr(f"{office}/{name}.json", text)
    return made.getvalue()


def for_office(actor: access.Actor, dossier: Dossier, code: str) -> bytes:
    """One form as PDF for a department. Raises ``Refused`` (``papers.other_office``) where the form is not its own; the
    refusal leaves a ledger row."""
    _own_form(actor, dossier, code)
    return pdf(dossier, code)


def office_data(actor: access.Actor, dossier: Dossier, code: str) -> dict[str, Any]:
    """The same as ``data``; raises as ``for_office`` does."""
    _own_form(actor, dossier, code)
    return data(dossier, code)


def _own_form(actor: access.Actor, dossier: Dossier, code: str) -> None:
    form = dossier.form(code)
    if actor.kind != "system" and actor.department not in _departments(dossier.book, form):
        error = Refused(
            "papers.other_office",
            Text(
                zh=f"“{form.title.zh}”由{dossier.book.rules.offices[form.office].zh}办理，各部门只能查看本部门的表单",
                en=f"{form.title.en} is another office's form; each department sees only its own",
            ),
            place=code,
            owner=form.office,
            next_step=Text(zh="如需共享，请提出数据共享申请", en="Request the data from its owner by the catalogue"),
        )
        access.tell(actor, error, "papers.for_office")
        raise error
    detail = {"form": code, "case": dossier.number}
    access.record(actor, "read", entity_type="FilledForm", count=1, detail=detail)


def of_office(actor: access.Actor, dossier: Dossier) -> tuple[str, ...]:
    """The forms that a department may have."""
    own = dossier.book.forms
    return tuple(f.code for f in own if actor.kind == "system" or actor.department in _departments(dossier.book, f))


def _departments(book: Book, form: Form) -> tuple[str, ...]:
    return book.rules.departments.get(form.office, (form.office,))


def _note(form: Form) -> str:
    if form.status == "reconstructed":
        return "按公开资料重建的表样，非部门原件"
    return f"表样来源：{form.source}" if form.source else ""


def _parts(dossier: Dossier, form: Form, lists: Mapping[str, CodeList]) -> Iterator[dict[str, Any]]:
    """Runs of fields of one repeated subject stand side by side, the others one a line."""
    for subject, run in groupby(dossier.of(form), lambda each: dossier.book.repeats(each[1].term)):
        fields = list(run)
        count = max((len(value) for _f, _t, value in fields if isinstance(value, list)), default=1) if subject else 1
        title = dossier.book.terms.subjects[subject].title.zh if subject else ""
        for first in range(0, max(count, 1), _SIDE_BY_SIDE):
            rows = min(_SIDE_BY_SIDE, max(count, 1) - first)
            yield {
                "title": title,
                "first": first + 1,
                "rows": rows,
                "fields": [_field(each, bool(subject), first, rows, lists) for each in fields],
            }


def _field(
    each: tuple[FormField, Fate, Any], repeated: bool, first: int, rows: int, lists: Mapping[str, CodeList]
) -> dict[str, Any]:
    field, fate, value = each
    values = list(value or ())[first : first + rows] if repeated and isinstance(value, (list, type(None))) else [value]
    codes = lists.get(field.codes or "")
    titles = {item.code: item.title.zh for item in codes.items} if codes else {}
    return {
        "n": field.seq,
        "title": field.title.zh,
        "values": [_words(v, titles) for v in values] + [""] * (rows - len(values)),
        "source": _source(fate),
    }


def _source(fate: Fate) -> str:
    said = _SOURCES[fate.how]
    return f"{said}：{fate.why.zh}" if fate.how == "fetched" and fate.why.zh else said


def _words(value: Any, titles: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return "；".join(filter(None, (_words(v, titles) for v in value)))
    if value is None or isinstance(value, bool):
        return {None: "", True: "是", False: "否"}[value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{titles[value]}（{value}）" if value in titles else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
