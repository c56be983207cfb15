"""Lingqu as OpenID provider for other people's software: what it says of a person, and what it demands of a client."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal.httpkit import add_query_params
from allauth.idp.oidc import views
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from lingqu.centre.access import door as access
from lingqu.ui import headers


class Issuer(DefaultOIDCAdapter):  # type: ignore[misc]
    scope_display = {
        "openid": _("Know that it is you"),
        "profile": _("Your name and user name"),
        "lingqu": _("Your department, district and roles"),
        "lingqu.read": _("Read in your name what you may read"),
        "lingqu.write": _("Change in your name what you may change"),
    }

    def hash_token(self, token: str) -> str:
        """With the instance's key: whoever can write into the database cannot make up a token by it."""
        return hmac.new(settings.SECRET_KEY.encode(), b"oauth token " + token.encode(), hashlib.sha256).hexdigest()

    def generate_client_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def get_claims(
        self, purpose: Any, user: Any, client: Client, scopes: Any, email: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Only what the scopes say (OpenID Connect Core 5.4); department, region and roles for ``lingqu`` alone."""
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if "profile" in scopes:
            claims |= {"name": str(user), "preferred_username": user.username}
        if "lingqu" in scopes:
            claims |= {"department": user.department, "region": user.region, "roles": list(user.roles)}
        return claims

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """What is really offered; RFC 8414."""
        data.pop("device_authorization_endpoint", None)
        data |= {
            "scopes_supported": list(access.SCOPES),
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "claims_supported": ["sub", "name", "preferred_username", "department", "region", "roles"],
            "ui_locales_supported": ["zh-CN", "en"],
        }


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """The consent page. Before it: PKCE with S256 for every client (RFC 9700 2.1.1), and no silent consent that this
    very client was not given. allauth's view checks the CSRF token of the form itself."""
    if request.method == "GET" and (refused := _refused(request)):
        return refused
    answer: HttpResponse = views.authorization(request)
    if client := _client(request):
        places = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(u)) for u in client.get_redirect_uris()})
        answer.headers["Content-Security-Policy"] = headers.policy(form_action=places)
    return answer


def _refused(request: HttpRequest) -> HttpResponse | None:
    client, asked = _client(request), request.GET
    if client is None:
        return None
    if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
        return _back(request, client, "invalid_request", "PKCE with S256 is required")
    if "none" in asked.get("prompt", "").split() and request.user.is_authenticated:
        held = Token.objects.valid().filter(client=client, user=request.user)
        given = {scope for token in held for scope in token.get_scopes()}
        if not set(asked.get("scope", "").split()) <= given:
            return _back(request, client, "consent_required", "")
    return None


def _client(request: HttpRequest) -> Client | None:
    found = request.GET.get("client_id", "")
    return Client.objects.filter(pk=found).first() if found and "\0" not in found else None


def _back(request: HttpRequest, client: Client, error: str, description: str) -> HttpResponse:
    """To the client with the error, if it is its registered address; else a page of ours (RFC 6749 4.1.2.1)."""
    target = request.GET.get("redirect_uri", "")
    if target not in client.get_redirect_uris():
        return render(request, "idp/oidc/error.html", {"error": {"description": description}}, status=400)
    told = {"error": error, "error_description": description, "state": request.GET.get("state", "")}
    answer = HttpResponse(status=302)
    answer["Location"] = add_query_params(target, {k: v for k, v in told.items() if v})
    return answer


def absent(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Ways of allauth that are not offered here."""
    raise Http404
