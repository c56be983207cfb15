"""The city's identity providers, as the instance configures them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Offered:
    """``origin`` is where its pages are, for the content security policy of ours that lead there."""

    title: Text
    href: str
    origin: str


def providers() -> list[Offered]:
    found = []
    for app in settings.SOCIALACCOUNT_PROVIDERS.get("city", {}).get("APPS", ()):
        parts = urlsplit(app["settings"]["issuer"])
        title = Text.model_validate(app["settings"].get("title") or app["name"])
        href = reverse("city_login", args=[app["provider_id"]])
        found.append(Offered(title, href, f"{parts.scheme}://{parts.netloc}"))
    return found
