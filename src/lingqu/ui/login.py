"""Signing in: no sign-up by strangers, waiting after failures, and one-click demo accounts in demo mode."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lingqu.centre.access import door as access
from lingqu.ui.entry import session


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by the city information centre."""

    error_messages = DefaultAccountAdapter.error_messages

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A locked name or address is not even looked at. The same is said whether or not there is such an account."""
        name, address = str(credentials.get("username", "")), get_ip(request)
        if until := access.locked_until(name, address):
            access.login_refused(name, address)
            raise ValidationError(waiting(until), code="locked")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if until := access.login_failed(str(credentials.get("username", "")), get_ip(request)):
            raise ValidationError(waiting(until), code="locked")

    def _rollback_login_failed_rl_usage(self) -> None:
        """Failures are counted in our own table."""

    def is_reauthentication_required(self, app: str) -> bool:
        """Whoever came in just now showed who it is already."""
        return not session.fresh(context.request)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After every way of signing in, with all factors shown."""
        access.login_succeeded(user.username)
        session.begin(request)
        access.record(access.actor_of(request), "login", detail={"by": _ways(request), "address": get_ip(request)})
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer


def waiting(until: datetime) -> str:
    minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // 60))
    said = ngettext(
        "Too many failed attempts. You may try again in %(minutes)d minute.",
        "Too many failed attempts. You may try again in %(minutes)d minutes.",
        minutes,
    )
    return said % {"minutes": minutes} + " " + _("If you forgot your password, ask the city information centre.")


def _ways(request: HttpRequest) -> list[str]:
    from allauth.account.authentication import get_authentication_records

    return [str(record.get("provider") or record.get("method")) for record in get_authentication_records(request)]


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
    record_authentication(request, account, "demo")
    session.begin(request)
    access.record(access.actor_of(request), "login", detail={"demo": True})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and safe else "/")
