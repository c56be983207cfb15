"""The bare statement that ``bench.ngsi`` compares requests with: Django under granian, a raw connection, nothing else.

``/one/<id>`` and ``/twenty/<id>`` give entities as the table has them: no key, no rights, no middleware, no ledger. The
connection is the owner's, in autocommit, its statements prepared; each thread keeps one.
"""

from __future__ import annotations

import threading
from typing import Any

import orjson
import psycopg
from django.conf import settings as ours
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

import lingqu.site.settings as lingqu

_ONE = "select id, type, attrs::text from entity where id = %s"
_TWENTY = "select id, type, attrs::text from entity where type = 'Place' and id > %s order by id limit 20"
_FOUND = """
select id, type, attrs::text from entity where type = 'Place' and attrs @> jsonb_build_object(%s::text,
    jsonb_build_object('value', %s::text)) order by id limit 20
"""
_kept = threading.local()


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_kept, "connection"):
        found: Any = lingqu.DATABASES["default"]
        names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
        _kept.connection = psycopg.connect(**{n: found[k] for n, k in names.items()}, autocommit=True)
        _kept.connection.prepare_threshold = 1
    connection: psycopg.Connection[Any] = _kept.connection
    return connection


def _entity(row: Any) -> dict[str, Any]:
    return {"id": row[0], "type": row[1], **orjson.loads(row[2])}


def _answer(document: Any) -> HttpResponse:
    text = orjson.dumps(document)
    return HttpResponse(text, content_type="application/json", headers={"Content-Length": str(len(text))})


def one(request: HttpRequest, entity_id: str) -> HttpResponse:
    row = _connection().execute(_ONE, [entity_id]).fetchone()
    return _answer(_entity(row))


def twenty(request: HttpRequest, entity_id: str) -> HttpResponse:
    rows = _connection().execute(_TWENTY, [entity_id]).fetchall()
    return _answer([_entity(row) for row in rows])


def found(request: HttpRequest, attribute: str, value: str) -> HttpResponse:
    rows = _connection().execute(_FOUND, [attribute, value]).fetchall()
    return _answer([_entity(row) for row in rows])


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("health/live", live),
    path("found/<str:attribute>/<str:value>", found),
    path("one/<str:entity_id>", one),
    path("twenty/<str:entity_id>", twenty),
]


def _application() -> WSGIHandler:
    import django

    ours.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[], SECRET_KEY="bench", DATABASES={})
    django.setup()
    return WSGIHandler()


application = _application()
