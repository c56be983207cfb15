"""Consents: asked by a department under its agreement, listed by their numbers, entered from signed papers. Nothing
here tells whether a person is in the register."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text
from lingqu.protocols.api import forms, http

PAGE = 500


def ask(request: HttpRequest) -> Any:
    form = http.body(request, forms.ConsentForm)
    actor = http.known(request, form.agreement)
    _bound(actor, form)
    numbers = []
    for person in entities.persons(actor, form.type, form.persons):
        asked = access.ask_consent(
            actor,
            person=person,
            agreement=form.agreement,
            department=actor.department,
            items=tuple(form.items),
            matter=form.matter,
            until=form.until,
        )
        numbers.append(asked.number)
    return {"agreement": form.agreement, "asked": [{"number": n, "state": "asked"} for n in numbers]}, 201


def _bound(actor: access.Actor, form: forms.ConsentForm) -> None:
    """Consent is asked for what the agreement grants to who consents, and no longer than it lasts."""
    living = access.consent_bound(actor, form.agreement, form.type)
    named = {name for standing in living for name in standing.grant.attributes}
    if beyond := sorted(set(form.items) - named) if "*" not in named else []:
        raise _wrong("items", f"协议不含：{'、'.join(beyond)}", f"not of this agreement: {', '.join(beyond)}")
    if form.until.tzinfo is None:
        raise _wrong("until", "截止时间须带时区", "until needs its zone")
    if form.until > max(standing.ends for standing in living):
        raise _wrong("until", "截止时间晚于协议到期日", "until is after the end of the agreement")


def _wrong(place: str, zh: str, en: str) -> Invalid:
    return Invalid("api.consent", Text(zh=zh, en=en), place=place)


def listed(request: HttpRequest) -> Any:
    asked = http.parameters(request, "agreement", "before", "limit")
    number = asked.get("agreement", "")
    if not number:
        raise http.Problem(400, "parameter", "缺少参数 agreement", "the parameter agreement is missing")
    actor = http.known(request, number)
    access.consent_bound(actor, number, living=False)
    limit = http.whole(asked.get("limit", "100"), "limit", PAGE)
    before = http.whole(asked["before"], "before", 10**18) if "before" in asked else None
    found = access.consents_to(number, limit=limit, before=before)
    return {
        "agreement": number,
        "consents": [_told(each) for each in found if each.department == actor.department],
        "next": found[-1].number if len(found) == limit else None,
    }


def _told(each: access.Consented) -> dict[str, Any]:
    moments = {
        "askedAt": each.asked_at,
        "givenAt": each.given_at,
        "refusedAt": each.refused_at,
        "withdrawnAt": each.withdrawn_at,
        "until": each.until,
    }
    told = {"number": each.number, "state": each.state, "items": list(each.items), "matter": each.matter}
    return told | {name: at.isoformat() for name, at in moments.items() if at is not None}


def paper(request: HttpRequest, number: int) -> Any:
    form = http.body(request, forms.PaperForm)
    actor = http.known(request)
    given = access.give_consent(actor, number, way="paper", evidence=f"{form.number} sha256:{form.sha256}")
    return _told(given)


collection = http.endpoint(GET=listed, POST=ask)
single = http.endpoint(POST=paper)
