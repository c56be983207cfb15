"""``POST /api/verify``: whether what is claimed is so; never the value."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.protocols.api import forms, http


def verify(request: HttpRequest) -> Any:
    form = http.body(request, forms.VerifyForm)
    actor = http.known(request, form.agreement)
    single = form.claims is None
    if single and (form.who is None or form.items is None):
        raise http.Problem(400, "body", "缺少 who、items 或 claims", "who and items are missing, or claims")
    if not single and (form.who or form.items or form.reference):
        raise http.Problem(400, "body", "who 与 claims 只能择一", "either who and items, or claims")
    claims = (
        [entities.Claim(form.who or {}, form.items or {}, form.reference)]
        if form.claims is None
        else [entities.Claim(c.who, c.items, c.reference) for c in form.claims]
    )
    answers = [_told(found) for found in entities.verify(actor, form.type, claims)]
    return answers[0] if single else {"answers": answers}


def _told(found: entities.Verified) -> dict[str, Any]:
    told: dict[str, Any] = {"state": found.state}
    if found.reference:
        told["reference"] = found.reference
    if found.since:
        told["since"] = found.since
    told["items"] = {name: _item(answer) for name, answer in found.items.items()}
    return told


def _item(answer: entities.Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"result": answer.result}
    resource = catalogue.resources().get(answer.source)
    if resource is not None:
        told["source"] = resource.department
    if answer.as_of is not None:
        told["asOf"] = answer.as_of.isoformat()
    if answer.reason:
        told["reason"] = answer.reason
    return told


endpoint = http.endpoint(POST=verify)
