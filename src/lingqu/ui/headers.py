"""Headers of every answer: a strict Content-Security-Policy (CSP 3), no sniffing, no foreign frames, no opener, HTTPS
from then on where it came by HTTPS (RFC 6797), nothing of a signed-in person in any cache.

Our own middleware because Django 5.2 knows but a part of them. Pages hold no inline scripts and no inline styles.
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


def _named_by(told: dict[str, str]) -> dict[str, tuple[str, str]]:
    """As Django's headers keep them: by their names in small letters."""
    return {name.lower(): (name, value) for name, value in told.items()}


_ALWAYS = _named_by(
    {
        "Content-Security-Policy": POLICY,
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
_PRIVATE = _ALWAYS | _named_by({"Cache-Control": "no-store"})


class PageHeaders:
    """What an answer says already stands. Headers are put to the others as these are kept, since each request has them:
    to set them one by one costs as much as to find an entity's rights."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        said = response.headers._store  # type: ignore[attr-defined]
        told = _PRIVATE if _named(request) else _ALWAYS
        if more := _seldom(request, response):
            told = told | _named_by(more)
        if "access-control-allow-origin" in said:
            told = {name: each for name, each in told.items() if name != "cross-origin-resource-policy"}
        response.headers._store = told | said  # type: ignore[attr-defined]
        return response


def _seldom(request: HttpRequest, response: HttpResponse) -> dict[str, str]:
    told = {}
    if request.path_info.startswith("/accounts/"):
        # The pages of accounts lead to the city's identity provider.
        told["Content-Security-Policy"] = policy(sorted({provider.origin for provider in offered.providers()}))
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        told["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if response.status_code == 401:
        told["WWW-Authenticate"] = 'Bearer realm="lingqu"'
    return told


def _named(request: HttpRequest) -> bool:
    """Somebody is signed in, or shows a key or a token. Asks no database for strangers."""
    if "HTTP_AUTHORIZATION" in request.META or "HTTP_CLIENT_CERT" in request.META:
        return True
    user = getattr(request, "user", None)
    return settings.SESSION_COOKIE_NAME in request.COOKIES and user is not None and user.is_authenticated
