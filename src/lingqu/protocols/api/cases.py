"""``POST /api/cases/<number>/messages``: what a case waits for from outside has come."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingqu.centre.procedures import door as procedures
from lingqu.protocols.api import forms, http


def receive(request: HttpRequest, number: int) -> Any:
    form = http.body(request, forms.MessageForm)
    actor = http.known(request)
    return {"case": number, "state": procedures.receive(actor, number, form.name, form.answers, form.key)}


messages = http.endpoint(POST=receive)
