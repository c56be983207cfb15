"""What may I see? One's own rights, in words and as a table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.ui import regions
from lingqu.ui.my import words


def to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    found = administration.rights(actor)
    context = {
        "crumbs": [(_("What may I see?"), "")],
        "actor": actor,
        "department": administration.departments().get(actor.department),
        "rows": words.table(found, names(actor, found)),
        "personal": bool(access.personal_types()),
    }
    return render(request, "ui/my_rights.html", context)


def names(actor: access.Actor, found: list[administration.Right]) -> dict[str, str]:
    """Names of the divisions that rights speak of."""
    codes = {code for right in found for code in (right.region, *right.grant.regions) if code}
    return regions.names(actor, codes)
