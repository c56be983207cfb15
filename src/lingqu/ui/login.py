"""Signing in: no sign-up by strangers, and one-click demo accounts in demo mode."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lingqu.centre.access import door as access


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by the city information centre."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo account. Only in demo mode, only accounts that the roles offer."""
    offered = {account.username for account in access.demo_accounts()} if settings.DEMO else set()
    username = request.POST.get("username", "")
    if username not in offered:
        raise Http404
    accounts: Any = get_user_model().objects
    if not accounts.filter(username=username).exists():
        access.ensure_demo_accounts()
    account = accounts.get(username=username, demo=True)
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    access.record(access.actor_of(request), "login", detail={"demo": True})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and safe else "/")
