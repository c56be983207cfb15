"""Contexts that can be had without the network: the core contexts, and what an operator put into a folder.

The folder is the setting ``LINGQU_CONTEXTS`` (by default ``contexts/`` of the instance); its ``index.json`` maps
addresses to file names. Lingqu makes no outbound calls for a context.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from lingqu.kernel.errors import Unavailable
from lingqu.kernel.text import Text

CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
_CORE_FILE = Path(__file__).parent / "contexts" / "ngsi-ld-core-context-v1.9.jsonld"
_CORE_URLS = re.compile(r"https?://uri\.etsi\.org/ngsi-ld/(v\d+|primer)/ngsi-ld-core-context(-v\d+\.\d+)?\.jsonld")


def is_core(url: str) -> bool:
    return bool(_CORE_URLS.fullmatch(url))


@cache
def core() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(_CORE_FILE.read_bytes())["@context"]
    return found


def folder() -> Path:
    return Path(getattr(settings, "LINGQU_CONTEXTS", settings.INSTANCE.root / "contexts"))


def fetch(url: str) -> Any:
    """The context document kept for an address. Raises Unavailable (``ngsi_ld.context``)."""
    index = folder() / "index.json"
    names = orjson.loads(index.read_bytes()) if index.exists() else {}
    if url in names:
        return orjson.loads((folder() / Path(names[url]).name).read_bytes())
    raise Unavailable(
        "ngsi_ld.context",
        Text(zh=f"取不到 @context：{url}", en=f"The @context {url} cannot be had; contexts are not fetched"),
        place=url,
        next_step=Text(
            zh="把上下文写在正文中，或请运维把它放入 contexts 目录",
            en="Send the context inline, or ask the operator to put it into the contexts folder",
        ),
    )
