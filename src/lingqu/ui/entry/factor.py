"""Who may do much shows two factors: without the second one nothing is open but the page that sets it up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from allauth.account.internal.stagekit import get_pending_stage
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text
from lingqu.ui import faults

OPEN = ("/accounts/", "/language/", "/static/", "/health/", "/.well-known/")
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_SEEN = "second_factor"


def demanded(account: Any) -> bool:
    """Outside demo mode, for roles that administer, apply, show personal data unmasked or export it; own or lent."""
    if settings.DEMO:
        return False
    return access.needs_second_factor(account.roles) or access.needs_second_factor(
        role for holding in access.acting(account).lent for role in holding.roles
    )


class SecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._lacking(request):
            return _led(request)
        return self.get_response(request)

    def _lacking(self, request: HttpRequest) -> bool:
        """Asked of the database once a session where there is a factor; that it is not taken away again the adapter
        below sees to. Who needs none is asked about anew, as roles are lent."""
        if settings.DEMO or request.path.startswith(OPEN) or not request.user.is_authenticated:
            return False
        if request.session.get(_SEEN) or not demanded(request.user):
            return False
        if Authenticator.objects.filter(user_id=request.user.pk, type__in=KINDS).exists():
            request.session[_SEEN] = True
            return False
        return True


def _led(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(faults.PROGRAMS):
        refused = Refused(
            "access.second_factor",
            Text(zh="您的角色须先启用二次验证", en="Your roles need a second factor first"),
            owner="information_centre",
            next_step=Text(zh="登录网页并启用二次验证", en="Sign in on the pages and set up a second factor"),
        )
        access.record(access.actor_of(request), "refused", detail={"rule": refused.rule})
        return faults.answer(request, refused)
    messages.warning(
        request, _("Your roles reach far. Set up a second factor first; it takes a minute and an app on your phone.")
    )
    return redirect("mfa_activate_totp")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor of an account that needs one stays."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES or not demanded(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=KINDS).exclude(
            pk=authenticator.pk
        )
        return others.exists()

    def validation_error(self, code: str, *args: Any) -> Any:
        if code == "incorrect_code" and (name := _whose(context.request)):
            access.login_failed(name, get_ip(context.request), "code")
        return super().validation_error(code, *args)

    def get_totp_issuer(self) -> str:
        from lingqu.centre.drawing import door as drawing

        city = drawing.city()
        return f"Lingqu {city.title.en}" if city else "Lingqu"

    def encrypt(self, text: str) -> str:
        """Secrets of authenticator apps do not lie open in the database or its backups."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _whose(request: HttpRequest) -> str:
    """Who is signed in, or has shown a password and has to show a code now."""
    if request.user.is_authenticated:
        return str(request.user.get_username())
    stage = get_pending_stage(request)
    return str(stage.login.user.username) if stage and stage.login.user else ""


def _box() -> Fernet:
    """A key of its own, derived from the instance's."""
    key = hmac.new(settings.SECRET_KEY.encode(), b"lingqu second factor", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
