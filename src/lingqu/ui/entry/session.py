"""How long a session lasts: it ends after a while without use, and in any case after a working day."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

_BEGAN, _SEEN = "began", "seen"
FRESH = 5 * 60
STEP = 60
"""Seconds: use is noted in the session once in so long, not with every page."""


def begin(request: HttpRequest) -> None:
    """A session that somebody signed in with just now."""
    request.session[_BEGAN] = request.session[_SEEN] = time.time()


def fresh(request: HttpRequest) -> bool:
    """Whether the person signed in within the last minutes."""
    return time.time() - float(request.session.get(_BEGAN, 0)) < FRESH


class SessionEnds:
    """After authentication. ``SESSION_IDLE`` and ``SESSION_LONGEST`` are seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        now, session = time.time(), request.session
        began, seen = session.get(_BEGAN, now), session.get(_SEEN, now)
        if now - began > settings.SESSION_LONGEST or now - seen > settings.SESSION_IDLE:
            logout(request)
            messages.info(request, _("You were signed out because the session was over. Sign in again to go on."))
        elif _SEEN not in session or now - seen > STEP:
            session[_BEGAN], session[_SEEN] = began, now
