"""The process of long-lived connections: what must stay open lives here, not in the web server's threads.

``GET /intake/progress`` is a stream of server-sent events: one ``delivery`` event for each delivery at work whenever
its progress changes, and one ``fusion`` event for each run. It tells names of files: it is for stewards, like the desk.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import django
from asgiref.sync import sync_to_async
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from lingqu.centre.access import door as access  # noqa: E402
from lingqu.centre.exchange import door as exchange  # noqa: E402
from lingqu.centre.fusion import door as fusion  # noqa: E402

EVERY = 1.0  # seconds between looks


def _may_look(session_key: str) -> bool:
    close_old_connections()
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    request = HttpRequest()
    request.session = store(session_key)
    request.user = get_user(request)
    return request.user.is_authenticated and access.may(access.actor_of(request), "steward")


def _now() -> dict[str, dict[str, Any]]:
    close_old_connections()
    at_work: dict[str, dict[str, Any]] = {
        f"delivery {d.id}": {"id": d.id, "name": d.name, "source": d.source, "state": d.state, **d.progress}
        for d in exchange.pending()
    }
    for run in fusion.runs(limit=5):
        if run.state == "running":
            at_work[f"fusion {run.id}"] = {"id": run.id, "register": run.register, **run.progress}
    return at_work


async def _events() -> AsyncIterator[str]:
    """Only what changed since the last look; what is no longer at work is told once, without progress."""
    last: dict[str, str] = {}
    while True:  # the server ends the stream when the other side hangs up
        now = {key: json.dumps(value, ensure_ascii=False, default=str) for key, value in (await _ask(_now)).items()}
        for key, value in now.items():
            if last.get(key) != value:
                yield f"event: {key.split()[0]}\ndata: {value}\n\n"
        for key in last.keys() - now.keys():
            kind, number = key.split()
            yield f'event: {kind}\ndata: {{"id": {number}, "ended": true}}\n\n'
        if last == now:
            yield ": still here\n\n"
        last = now
        await asyncio.sleep(EVERY)


_ask = sync_to_async(lambda work, *arguments: work(*arguments), thread_sensitive=True)


async def progress(request: Request) -> Response:
    if not await _ask(_may_look, request.cookies.get(settings.SESSION_COOKIE_NAME, "")):
        return JSONResponse({"rule": "intake.session", "next": "sign in"}, status_code=403)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    origin = request.headers.get("origin", "")
    # The pages come from the same host on another port: same site, another origin.
    if origin and origin.split("//")[-1].rpartition(":")[0] == request.url.hostname:
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
    return StreamingResponse(_events(), media_type="text/event-stream", headers=headers)


async def health(request: Request) -> Response:
    return JSONResponse({"live": True})


application = Starlette(routes=[Route("/intake/progress", progress), Route("/health/live", health)])
