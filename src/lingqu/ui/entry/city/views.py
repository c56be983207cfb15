"""To the city's identity provider and back."""

from __future__ import annotations

import hmac
import json
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from lingqu.kernel.errors import LingquError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30
"""Seconds by which clocks may differ."""


class CityAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Read by every sign-in. The document must speak of the issuer that was configured (Discovery 4.3)."""
        found: dict[str, Any] = super().openid_config
        if found.get("issuer") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("the discovery document is another issuer's")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        found: str = build_absolute_uri(request, reverse("city_callback", args=[self.provider_id]))
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        encoded = kwargs["response"].get("id_token")
        if not encoded:
            raise OAuth2Error("no ID token came")
        said = self._checked(app, encoded)
        if app.settings.get("fetch_userinfo", True) and self.openid_config.get("userinfo_endpoint"):
            more = self._fetch_user_info(token.token)
            if more.get("sub") != said["sub"]:
                raise OAuth2Error("userinfo is about somebody else")
            said = more | said
        return self.get_provider().sociallogin_from_response(request, said)

    def _checked(self, app: SocialApp, encoded: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                encoded,
                self._key(encoded),
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=app.settings["issuer"],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            raise OAuth2Error(f"the ID token does not hold: {error}") from error
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("the ID token answers another sign-in")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the ID token was made for another client")
        return claims

    def _key(self, encoded: str) -> Any:
        head = jwt.get_unverified_header(encoded)
        if head.get("alg") not in ALGORITHMS:
            raise OAuth2Error("the ID token is not signed as it has to be")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = answer.json()["keys"]
        fitting = [k for k in keys if k.get("use", "sig") == "sig" and k.get("kid") == head.get("kid")]
        if len(fitting) != 1:
            raise OAuth2Error("the ID token is signed with a key that the provider does not publish")
        return jwt.PyJWK.from_json(json.dumps(fitting[0]), algorithm=head["alg"]).key


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    adapter: CityAdapter

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, answer = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, answer


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(Callback, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(CityAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except OAuth2Error as error:
        return _failed(request, provider_id, error)
    except LingquError as error:  # the allow-list of hosts
        return _failed(request, provider_id, error)
    return answer


def _failed(request: HttpRequest, provider_id: str, error: Exception) -> HttpResponse:
    from allauth.socialaccount.helpers import render_authentication_error

    provider = get_adapter().get_provider(request, provider_id)
    answer: HttpResponse = render_authentication_error(request, provider, exception=error)
    return answer
