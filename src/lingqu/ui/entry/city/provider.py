"""The city's own identity provider, as django-allauth's registry finds it (``<app>.provider``).

Stricter than allauth's: the ID token's signature, audience, nonce and times are always checked (OpenID Connect Core
3.1.3.7), userinfo must be about the same person (5.3.2), nothing but the claims that are mapped is kept.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest, HttpResponse

from lingqu.ui.entry.city.views import CityAdapter


class CityProvider(OpenIDConnectProvider):  # type: ignore[misc]
    id = "city"
    name = "City"
    oauth2_adapter_class = CityAdapter
    supports_token_authentication = False

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What is asked for is configured; an address cannot ask for more."""
        kwargs: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        wanted = kwargs.get("process")
        return kwargs | {
            "scope": self.get_scope(),
            "auth_params": {},
            "process": wanted if wanted in ("login", "connect") else "login",
        }

    def redirect(self, request: HttpRequest, process: str, **kwargs: Any) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"] = {"nonce": nonce}
        answer: HttpResponse = super().redirect(request, process, nonce=nonce, **kwargs)
        return answer

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None: an account is never found by an e-mail address."""
        return []

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept of the link itself goes on; the claims stay only as long as this sign-in takes."""
        known = SocialAccount.objects.filter(provider=self.sub_id, uid=self.extract_uid(data)).first()
        kept = known.extra_data if known else {}
        return {"made": bool(kept.get("made")), "roles": list(kept.get("roles", ())), "claims": data}


provider_classes = [CityProvider]
