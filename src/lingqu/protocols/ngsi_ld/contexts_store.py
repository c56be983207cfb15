"""Contexts by their address: the core's, what an operator put into a folder, what is hosted here, what was had once.

The folder is the setting ``LINGQU_CONTEXTS`` (by default ``contexts/`` of the instance); its ``index.json`` maps
addresses to file names. Other addresses are asked for only where their host is allowed (``LINGQU_OUTBOUND``); what
comes is kept, so that an outage of theirs stops nothing, and what fails is never kept.
"""

from __future__ import annotations

import re
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
from django.conf import settings

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid, LingquError, Unavailable
from lingqu.kernel.text import Text
from lingqu.protocols.models import KeptContext

CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
HOSTED = "/ngsi-ld/v1/jsonldContexts/"
LARGEST = 1_000_000  # bytes
TIMEOUT = 5.0  # seconds
MOST = 1000
"""Contexts of one kind that are kept; of hosted ones, of one department."""
CORE_FILE = Path(__file__).parent / "contexts" / "ngsi-ld-core-context-v1.9.jsonld"
_CORE_URLS = re.compile(r"https?://uri\.etsi\.org/ngsi-ld/(v\d+|primer)/ngsi-ld-core-context(-v\d+\.\d+)?\.jsonld")


def is_core(url: str) -> bool:
    return bool(_CORE_URLS.fullmatch(url))


@cache
def core() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(CORE_FILE.read_bytes())["@context"]
    return found


def folder() -> Path:
    return Path(getattr(settings, "LINGQU_CONTEXTS", settings.INSTANCE.root / "contexts"))


def preloaded() -> dict[str, Path]:
    """Address → file of the operator's folder."""
    index = folder() / "index.json"
    names: dict[str, str] = orjson.loads(index.read_bytes()) if index.exists() else {}
    return {url: folder() / Path(name).name for url, name in names.items()}


def fetch(url: str) -> Any:
    """The context document of an address. Raises Unavailable, Invalid (``ngsi_ld.context``)."""
    known = preloaded()
    if url in known:
        return orjson.loads(known[url].read_bytes())
    row = kept(url)
    return orjson.loads(row.text if row else _keep(url, had(url)))


def _keep(url: str, text: str) -> str:
    """Whoever asks may make us ask: beyond a number nothing more is kept."""
    if KeptContext.objects.filter(kind="Cached").count() < MOST:
        new = {"id": uuid.uuid4().hex, "kind": "Cached", "text": text}
        KeptContext.objects.get_or_create(url=url, defaults=new)
    return text


def kept(name: str) -> KeptContext | None:
    """By its id here, by its address, or by its address here. What is hosted for a tenant is there for it alone."""
    row = _kept(name)
    return row if row is None or row.tenant in ("", access.tenancy.current()) else None


def _kept(name: str) -> KeptContext | None:
    _, hosted, local = name.partition(HOSTED)
    if hosted and "/" not in local:
        return KeptContext.objects.filter(id=local).first()
    return KeptContext.objects.filter(url=name).first() or KeptContext.objects.filter(id=name).first()


def had(url: str) -> str:
    """What stands at an address now, a JSON document with an ``@context``. Raises Unavailable where it cannot be had,
    Invalid where it is none."""
    try:
        text = _asked(url)
    except httpx.InvalidURL as error:
        raise _none(url) from error
    except (LingquError, httpx.HTTPError) as error:
        raise _unavailable(url) from error
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _none(url) from error
    if not isinstance(document, dict) or "@context" not in document:
        raise _none(url)
    return text


def _asked(url: str) -> str:
    headers = {"Accept": "application/ld+json, application/json;q=0.9"}
    with (
        access.outbound_client(timeout=TIMEOUT, headers=headers) as client,
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != 200:
            raise _unavailable(url)
        parts, size = [], 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise _unavailable(url)
    return b"".join(parts).decode("utf-8", "replace")


def _none(url: str) -> Invalid:
    return Invalid(
        "ngsi_ld.context", Text(zh=f"该地址不是 @context：{url}", en=f"What stands at {url} is no @context"), place=url
    )


def _unavailable(url: str) -> Unavailable:
    return Unavailable(
        "ngsi_ld.context",
        Text(zh=f"取不到 @context：{url}", en=f"The @context {url} cannot be had"),
        place=url,
        next_step=Text(
            zh="把上下文写在正文中或托管于 /jsonldContexts，或请运维把它放入 contexts 目录、把主机列入 LINGQU_OUTBOUND",
            en="Send the context inline, host it at /jsonldContexts, or ask the operator to put it into the contexts "
            "folder or to list its host in LINGQU_OUTBOUND",
        ),
    )
