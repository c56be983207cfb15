"""Addresses of tiles and styles, with a cache that a change of the drawing or of the entities empties."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import ANONYMOUS
from lingqu.centre.entities import door as entities
from lingqu.ui.tiles.build import tile
from lingqu.ui.tiles.standing import standing
from lingqu.ui.tiles.style import style

HIGHEST_ZOOM = 18
ROOM = 64 * 1024 * 1024
"""Bytes of tiles kept in memory by one process."""


class Cache:
    """The tiles used last, up to ``room`` bytes. Safe between threads."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used = room, 0
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> bytes | None:
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], content: bytes) -> None:
        with self._lock:
            self.used += len(content) + 200 - (len(self._kept.pop(key)) + 200 if key in self._kept else 0)
            self._kept[key] = content
            while self.used > self.room:
                self.used -= len(self._kept.popitem(last=False)[1]) + 200

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.used = 0


_cache = Cache()


@require_safe
def one(request: HttpRequest, kind: str, z: int, x: int, y: int) -> HttpResponse:
    """``/tiles/<type>/<z>/<x>/<y>.mvt``: public types only; what anybody may see is the same for everybody."""
    found = entities.entity_types().get(kind)
    if found is None or z > HIGHEST_ZOOM or not (x < 2**z and y < 2**z):
        raise Http404
    if not found.public:
        raise access.refusal(replace(access.actor_of(request), way="tile"), "read", kind)
    version = standing(kind)
    etag = '"' + hashlib.blake2s(f"{version}/{kind}/{z}/{x}/{y}".encode(), digest_size=10).hexdigest() + '"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    key = (version, kind, z, x, y)
    content = _cache.get(key)
    if content is None:
        content = tile(ANONYMOUS, found, z, x, y)
        _cache.put(key, content)
    response = HttpResponse(content, content_type="application/vnd.mapbox-vector-tile")
    response["ETag"] = etag
    fresh = request.GET.get("v") == version
    response["Cache-Control"] = "public, max-age=86400" if fresh else "public, max-age=0, must-revalidate"
    return response


@require_safe
def map_style(request: HttpRequest) -> JsonResponse:
    """``/tiles/style.json?focus=Type,Type&theme=day|night``"""
    focus = [code for code in request.GET.get("focus", "").split(",") if code]
    night = request.GET.get("theme") == "night"
    return JsonResponse(style(entities.entity_types().values(), focus, night=night, version=standing))


def forget() -> None:
    """For tests, where a whole city changes within a second."""
    _cache.clear()
