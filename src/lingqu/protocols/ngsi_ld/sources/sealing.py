"""What is sent to a source with each request (CIM 009 4.3.6.5, 4.3.6.6). All but three settings may be a credential:
it is kept encrypted, under a key of its own derived from the instance's, and never shown again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from cryptography.fernet import Fernet
from django.conf import settings

SETTINGS = frozenset({"contentType", "accept", "jsonldContext"})
"""Pairs that say how to ask, and are not sent themselves (4.3.6.6)."""
OF_THE_REQUEST = "urn:ngsi-ld:request"
HIDDEN = "urn:lingqu:hidden"


def parted(pairs: Iterable[Mapping[str, str]], standing: str = "") -> tuple[list[dict[str, str]], str]:
    """(what may be shown, what is kept sealed). A value that is given back hidden is the one that stands."""
    before = opened(standing)
    shown, kept = [], {}
    for pair in pairs:
        key, value = pair["key"], pair["value"]
        value = before.get(key, "") if value == HIDDEN else value
        open_ = key in SETTINGS or value == OF_THE_REQUEST
        shown.append({"key": key, "value": value if open_ else HIDDEN})
        kept[key] = value
    return shown, _box().encrypt(orjson.dumps(kept)).decode() if kept else ""


def opened(sealed: str) -> dict[str, str]:
    if not sealed:
        return {}
    found: dict[str, Any] = orjson.loads(_box().decrypt(sealed.encode()))
    return found


def _box() -> Fernet:
    key = hmac.new(settings.SECRET_KEY.encode(), b"lingqu context sources", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
