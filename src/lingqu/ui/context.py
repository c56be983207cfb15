"""What every page knows: the city, who is looking and why, and where one can go from here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.notices import door as notices
from lingqu.ui import behalf, purpose


def page(request: HttpRequest) -> dict[str, Any]:
    """Django context processor; each part is worked out only if the template asks for it."""
    city = SimpleLazyObject(lambda: drawing.city() or ())
    language = get_language() or "zh-hans"
    return {
        "city": city,
        "language": "zh-Hans" if language.startswith("zh") else "en",
        "demo": settings.DEMO,
        "purpose": purpose.standing(request),
        "areas": SimpleLazyObject(lambda: _areas(request)),
        "me": Me(request),
    }


class Me:
    """What the frame says about who is signed in; each part is asked for only where it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _actor(self) -> access.Actor | None:
        user = getattr(self._request, "user", None)
        return access.actor_of(self._request) if user is not None and user.is_authenticated else None

    @cached_property
    def lent(self) -> list[dict[str, Any]]:
        """Roles that others lent, with their titles."""
        roles, language = access.administration.roles, get_language() or "zh-hans"
        return [
            {
                "by": h.lent_by,
                "until": h.until,
                "roles": [roles()[r].title.say(language) for r in h.roles if r in roles()],
            }
            for h in (self._actor.lent if self._actor else ())
        ]

    @cached_property
    def unread(self) -> int:
        """Messages not read yet, counted to a hundred."""
        return notices.unread(self._actor) if self._actor else 0

    @cached_property
    def behalf(self) -> dict[str, str] | None:
        """Whom the pages act for, and why they may."""
        found = self._actor.behalf if self._actor else None
        if found is None:
            return None
        return {"id": found.id, "label": found.label, "basis": behalf.basis(found.basis)}

    @cached_property
    def behalf_lost(self) -> bool:
        """Told once: from then on the session acts for its own person."""
        if self._actor is None or not access.behalf_lost(self._request):
            return False
        access.act_for(self._request, "")
        return True

    @cached_property
    def person(self) -> str:
        return self._actor.person if self._actor else ""

    @cached_property
    def administers(self) -> bool:
        return self._actor is not None and access.administration.administers(self._actor)

    @cached_property
    def may(self) -> set[str]:
        """Which of the desk's parts open."""
        if self._actor is None:
            return set()
        found = {"administer"} if self.administers else set()
        found |= {"steward"} if access.may(self._actor, "steward") else set()
        return found | ({"handle"} if access.handled(self._actor) else set())

    @cached_property
    def waiting(self) -> int:
        """Proposals that wait for this second pair of eyes."""
        return len(access.administration.proposals_waiting(self._actor)) if self._actor and self.administers else 0


def _areas(request: HttpRequest) -> list[dict[str, Any]]:
    """The main navigation: the three platforms, the registers, and the desk for those who steward or handle cases."""
    wanted = [
        ("citizen:front", _("For citizens")),
        ("enterprise:front", _("For enterprises")),
        ("operations:front", _("City operations")),
        ("registers:front", _("Registers")),
    ]
    if request.user.is_authenticated:
        actor = access.actor_of(request)
        if access.may(actor, "steward"):
            wanted.append(("stewardship:overview", _("Data stewardship")))
        elif access.handled(actor):
            wanted.append(("stewardship:cases", _("Cases to handle")))
    areas = []
    for name, title in wanted:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        areas.append({"href": href, "title": title, "here": request.path.startswith(href)})
    return areas
