"""Who of a provider's people becomes whom here."""

from __future__ import annotations

from typing import Any

import httpx
import requests
import structlog
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from requests.adapters import BaseAdapter

from lingqu.centre.access import door as access

log = structlog.get_logger(__name__)
TIMEOUT = 10
MOST = 1024 * 1024
"""Bytes of one answer."""


class Guarded(BaseAdapter):
    """Asks only hosts that ``LINGQU_OUTBOUND`` allows, at the address that was checked, at every hop of a redirect."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        with access.outbound_client(timeout=TIMEOUT) as client:
            try:
                given: dict[str, Any] = {"headers": dict(request.headers), "content": request.body}
                with client.stream(request.method or "GET", request.url or "", **given) as answer:
                    return _told(request, answer)
            except httpx.HTTPError as fault:
                raise requests.ConnectionError(f"{type(fault).__name__} {fault}") from fault

    def close(self) -> None:
        """Every call has a client of its own."""


def _told(request: requests.PreparedRequest, answer: httpx.Response) -> requests.Response:
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MOST:
            raise requests.ConnectionError("the answer is too large")
    told = requests.Response()
    told.status_code, told.reason, told.url, told.request = (
        answer.status_code,
        answer.reason_phrase,
        str(answer.url),
        request,
    )
    told.headers.update(answer.headers)
    told.headers.pop("content-encoding", None)
    told._content = body
    told.encoding = answer.encoding
    return told


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_requests_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.max_redirects = 3
        for scheme in ("https://", "http://"):
            session.mount(scheme, Guarded())
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only where the configuration says that the provider's people are known."""
        known: bool = sociallogin.provider.app.settings.get("people") == "known"
        if not known:
            detail = {"rule": "login.stranger", "provider": sociallogin.account.provider}
            access.record(access.ANONYMOUS, "refused", detail=detail)
        return known

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """An account that the provider's people brought follows the provider; a linked local one stays as it is."""
        kept = sociallogin.account.extra_data
        claims = kept.pop("claims", {})
        sociallogin.told = access.told_by_provider(sociallogin.provider.app.settings, claims)
        if sociallogin.is_existing and kept.get("made"):
            kept["roles"] = list(access.settle_account(sociallogin.user, sociallogin.told, kept["roles"]))
            with access.working_for(lambda: access.SYSTEM):  # nobody is signed in yet
                sociallogin.user.save(update_fields=["roles", "display_name", "department", "region"])
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        user, told = sociallogin.user, sociallogin.told
        user.username = access.free_username(told.username)
        user.set_unusable_password()
        given = access.settle_account(user, told, ())
        sociallogin.account.extra_data = {"made": True, "roles": list(given)}
        with access.working_for(lambda: access.SYSTEM):
            sociallogin.save(request)
        detail = {"account": user.username, "provider": sociallogin.account.provider, "roles": list(given)}
        access.record(access.SYSTEM, "write", detail=detail)
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        log.warning("sign-in by provider failed", provider=str(provider.app.provider_id), error=str(exception or error))
        detail = {
            "rule": "login.provider",
            "provider": provider.app.provider_id,
            "error": str(exception or error)[:200],
        }
        access.record(access.ANONYMOUS, "refused", detail=detail)
