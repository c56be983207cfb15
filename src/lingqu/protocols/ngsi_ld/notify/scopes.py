"""Scope queries (CIM 009 4.19): ``+`` is one level, ``#`` whatever lies below; ``;`` is and, ``,`` and ``|`` are or."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from lingqu.protocols.ngsi_ld import http

_ONE = re.compile(r"/?[^/#+();,|\s]+(?:/[^/#+();,|\s]+)*")
Holds = Callable[[Sequence[str]], bool]


@lru_cache(1024)
def compiled(text: str) -> Holds:
    """Raises Problem (BadRequestData)."""
    ways = [
        [_scope(part.strip()) for part in each.split(";")]
        for each in re.split(r"[,|]", text.replace("(", "").replace(")", ""))
    ]
    return lambda scopes: any(all(any(p.fullmatch(s) for s in scopes) for p in way) for way in ways)


def _scope(text: str) -> re.Pattern[str]:
    """``/a/#`` is ``/a`` and all below it; ``/#`` is any scope."""
    parts = text.strip("/").split("/")
    if not text or not all(part in ("+", "#") or _ONE.fullmatch(part) for part in parts) or "#" in parts[:-1]:
        raise http.bad_data(f"{text[:80]!r} is no scope")
    pattern = "".join(r"(?:/[^/]+)*" if p == "#" else r"/[^/]+" if p == "+" else "/" + re.escape(p) for p in parts)
    return re.compile(pattern)
