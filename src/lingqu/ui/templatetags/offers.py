"""The demo accounts for the sign-in page."""

from __future__ import annotations

from django import template

from lingqu.centre.access import door as access

register = template.Library()


@register.simple_tag
def demo_offers() -> list[access.Demo]:
    return access.demo_accounts()
