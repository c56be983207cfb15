"""What a step gives besides its answers: certificates, and the entity of whom they are issued to.

All of it is a part of the transaction that completes the step: issued once with it, or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import store
from lingqu.centre.procedures.definitions import Issue, Procedure
from lingqu.kernel import identifiers
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, 4.2: without I, O, S, V, Z


def issues(held: store.Held) -> bool:
    """Whether the step at hand issues something, and so needs a transaction."""
    return any(each.at == held.item["node"] for each in held.compiled.procedure.issues)


def issued(actor: access.Actor, held: store.Held, now: datetime) -> list[dict[str, Any]]:
    """Issue what the procedure issues at this step; gives the rows of history for it."""
    here = [each for each in held.compiled.procedure.issues if each.at == held.item["node"]]
    return [_issued(actor, held, each, now) for each in here]


def require_stated(procedure: Procedure, book: papers.Book, values: Mapping[str, Any]) -> None:
    """What a certificate must state is there before a case begins: no last step may find it missing. Raises
    ``Invalid`` (``procedures.needed``)."""
    say, missing = _Saying(book, values), []
    for each in procedure.issues:
        required = {stated.code: stated for stated in papers.certificates.kind(each.certificate).states}
        for code, text in each.states.items():
            applied = [name for name in papers.names(text) if name in book.words and name not in each.assigns]
            if required[code].required and applied and not say.words(text):
                missing.append(required[code].title)
    if missing:
        zh, en = "、".join(title.zh for title in missing), ", ".join(title.en for title in missing)
        raise Invalid(
            "procedures.needed",
            Text(zh=f"发证所需内容还没有：{zh}", en=f"What will be issued must state, and does not yet: {en}"),
            place=procedure.code,
            owner=procedure.department,
            next_step=Text(zh="补充填写后再提交", en="Fill it in, then send"),
        )


def _issued(actor: access.Actor, held: store.Held, of: Issue, now: datetime) -> dict[str, Any]:
    application = held.case["application"]
    if application is None:
        raise Invalid(
            "procedures.no_application",
            Text(
                zh="这件办件没有网上申请，不能自动发证",
                en="The case began without an application: nothing to issue from",
            ),
            place=str(held.case["id"]),
            next_step=Text(zh="到“签发证照”手工签发", en="Issue it by hand on the issuing page"),
        )
    dossier, sent = papers.applications.sent_dossier(application, held.case["id"])
    kind = papers.certificates.kind(of.certificate)
    papers.certificates.require_issue(actor, kind)
    values = dict(papers.refilled(actor, application).values)
    given = _given(of, kind.issuer, values, dossier.book)
    say = _Saying(dossier.book, values | given)
    if of.assigns:
        filled = papers.assign_terms(actor, application, {term: say(text) for term, text in of.assigns.items()})
        say = _Saying(dossier.book, dict(filled.values) | given)
    holder, left_out = _recorded(actor, held, of, kind, say) if of.record else ("", [])
    facts = {name: say.words(text) for name, text in of.states.items()}
    order = papers.Order(
        of.certificate, {n: w for n, w in facts.items() if w}, holder, wallet=_wallet(sent), case=str(held.case["id"])
    )
    made = papers.issue_certificate(actor, order)
    detail: dict[str, Any] = {"certificate": made.number, "kind": made.kind} | ({"holder": holder} if holder else {})
    detail |= {"left_out": left_out} if left_out else {}
    return store.act(
        "issue", actor.name, held.item["department"], now, node=held.item["node"], item=held.item["id"], detail=detail
    )


def _wallet(sent: papers.applications.Application) -> str:
    """The person applied for, else the one who applied."""
    for_person = sent.on_behalf_of.split(":")[2:3] == sent.person.split(":")[2:3]
    return sent.on_behalf_of if sent.on_behalf_of and for_person else sent.person


def _given(of: Issue, issuer: str, values: Mapping[str, Any], book: papers.Book) -> dict[str, Any]:
    department = catalogue.departments().get(issuer)
    city = drawing.city()
    found = {"today": f"{timezone.localdate():%Y-%m-%d}", "office": department.title.zh if department else issuer}
    found["division"] = city.division if city else ""
    if of.numbers == "uscc":
        division = str(_Saying(book, values)(of.division) or "") if of.division else ""
        division = division if division[:6].isdigit() else found["division"]
        body = "MA" + "".join(secrets.choice(_ALPHABET) for _ in range(6))
        found["uscc"] = identifiers.uscc_of("91", division[:6].ljust(6, "0"), body)
        found["organisation_code"] = found["uscc"][8:17]
    return found


class _Saying:
    """Expressions over the terms of one application."""

    def __init__(self, book: papers.Book, values: Mapping[str, Any]) -> None:
        self.book, self.values = book, values
        self.tables = {name: table.rows for name, table in book.rules.tables.items()}

    def __call__(self, text: str) -> Any:
        return papers.program(text, self.book.repeats, self.tables)(self.values, 0)

    def words(self, text: str) -> str:
        """As a certificate says it: the title of a code, in Chinese."""
        value, word = papers.plain(self(text)), self.book.words.get(text)
        listed = drawing.every(CodeList).get(word.attribute.codes or "") if word else None
        titles = {item.code: item.title.zh for item in listed.items} if listed else {}
        return "" if value is None else str(titles.get(value, value))


def _recorded(actor: access.Actor, held: store.Held, of: Issue, kind: Any, say: _Saying) -> tuple[str, list[str]]:
    """The new entity of the register, by the one door of the store, owned by the issuing department: its id, and the
    attributes that were left out since what was applied with breaks their standard."""
    declared = entities.entity_type(kind.about)
    number = str(say(of.record.get(kind.found_by, "none")) or held.case["id"])
    entity_id = f"urn:ngsi-ld:{kind.about}:{number}"
    attrs: dict[str, Any] = {}
    for name, text in of.record.items():
        value = say(text)
        if value is not None and value != "" and name in declared.attributes:
            attrs[name] = {"type": "Property", "value": _stored(declared.attributes[name].element or "", value)}
    left_out: list[str] = []
    while True:
        draft = entities.Draft(entity_id, kind.about, attrs, owner=kind.issuer)
        try:
            with transaction.atomic():
                entities.write(actor, [draft], mode="create", cause=f"case:{held.case['id']}")
        except Invalid as error:
            broken = {fault.column.rpartition(" ")[2] for fault in error.faults} & attrs.keys()
            if not broken or any(declared.attributes[name].required for name in broken):
                raise
            left_out += sorted(broken)
            attrs = {name: value for name, value in attrs.items() if name not in broken}
        else:
            return entity_id, left_out


def _stored(element: str, value: Any) -> Any:
    """A term's value in the form of the attribute's data element."""
    declared = drawing.every(DataElement).get(element)
    if declared is not None and declared.identifier and isinstance(value, str):
        return identifiers.normalize(declared.identifier, value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
