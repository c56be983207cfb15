"""Headers of every answer: a strict Content-Security-Policy (CSP 3), no sniffing, no foreign frames, no opener, nothing
of a signed-in person in any cache.

Our own middleware because Django 5.2 has none. Pages hold no inline scripts and no inline styles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lingqu.ui.entry import offered


def policy(form_action: Iterable[str] = ()) -> str:
    """The Content-Security-Policy. ``form_action`` are origins to which a form of the page may lead in the end:
    browsers hold the redirect after a form to it too."""
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            " ".join(["form-action 'self'", *form_action]),
            "frame-ancestors 'none'",
        ]
    )


POLICY = policy()


class PageHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy_of(request))
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if "Access-Control-Allow-Origin" not in response.headers:
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.status_code == 401:
            response.headers.setdefault("WWW-Authenticate", 'Bearer realm="lingqu"')
        if _named(request):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _policy_of(request: HttpRequest) -> str:
    """The pages of accounts lead to the city's identity provider."""
    if not request.path_info.startswith("/accounts/"):
        return POLICY
    return policy(sorted({provider.origin for provider in offered.providers()}))


def _named(request: HttpRequest) -> bool:
    """Somebody is signed in, or shows a key or a token. Asks no database for strangers."""
    if "Authorization" in request.headers or "Client-Cert" in request.headers:
        return True
    user = getattr(request, "user", None)
    return settings.SESSION_COOKIE_NAME in request.COOKIES and user is not None and user.is_authenticated
