"""The application that the web server calls: Django's, with less around each request."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, get_script_name
from django.db import connections
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")


class Handler(WSGIHandler):
    """Django's own, but that what it has listeners of signals do before and after each request, of which this one is
    needed, is done here: that the thread's connection is looked at, and given up where it is of no use any more."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("SCRIPT_NAME"):
            set_script_prefix(get_script_name(environ))
        connection = connections["default"]
        connection.close_if_unusable_or_obsolete()
        response: Any = self.get_response(self.request_class(environ))
        cookies = (("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values())
        start_response(
            f"{response.status_code} {response.reason_phrase}", [*response.headers._store.values(), *cookies]
        )
        if response.streaming and response.status_code != 204:
            return response  # whose end Django sees to
        for close in response._resource_closers:
            with suppress(Exception):
                close()
        connection.close_if_unusable_or_obsolete()
        return [] if response.streaming else [response.content]


def _settle() -> None:
    """What stands now stays: the collector need not look through it again and again (6 % of a request's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    atexit.register(gc.unfreeze)  # what libraries made is to be gone at the end, or they complain


django.setup(set_prefix=False)
application = Handler()
if os.environ.get("LINGQU_PROCESS") == "web":
    _settle()
