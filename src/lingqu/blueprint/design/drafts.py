"""The page of a draft: the editor of its kind."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from lingqu.blueprint.design import forms, procedures
from lingqu.blueprint.design.frame import designers
from lingqu.blueprint.drafts import store
from lingqu.centre.access import door as access
from lingqu.centre.papers.door import Form


@require_safe
@designers
def page(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    draft = store.one(actor, number)
    made = forms.editor if draft.kind == Form.kind else procedures.editor
    return made(request, actor, draft)
