"""What the sign-in page offers: demo accounts and the city's identity providers."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from lingqu.centre.access import door as access
from lingqu.ui.entry import offered

register = template.Library()


@register.simple_tag
def demo_offers() -> list[access.Demo]:
    return access.demo_accounts()


@register.simple_tag
def identity_providers() -> list[dict[str, str]]:
    return [{"title": p.title.say(get_language() or "zh-hans"), "href": p.href} for p in offered.providers()]
