"""How to report a hole: ``/.well-known/security.txt`` (RFC 9116) and the page behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

VALID = timedelta(days=180)
"""RFC 9116 2.5.5 advises less than a year."""


def contacts() -> list[str]:
    """URIs; a bare address is taken for one of e-mail."""
    given = [c.strip() for c in settings.SECURITY_CONTACT.split(",") if c.strip()]
    return [c if ":" in c else f"mailto:{c}" for c in given]


@require_safe
def text(request: HttpRequest) -> HttpResponse:
    """Rendered at request, so that it is never stale. Without a contact of the instance the page itself is it."""
    page = request.build_absolute_uri(reverse("ui:security"))
    expires = (datetime.now(UTC) + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {contact}" for contact in contacts() or [page]),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {request.build_absolute_uri(request.path)}",
        f"Policy: {page}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = [(c, c.partition(":")[2] if c.startswith(("mailto:", "tel:")) else c) for c in contacts()]
    return render(request, "ui/security.html", {"contacts": shown})
