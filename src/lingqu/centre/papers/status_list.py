"""Which certificates ended, as a list anybody may fetch without saying which one he asks about.

W3C Bitstring Status List v1.0 (Recommendation of 15 May 2025): a bit for each certificate, the left-most is index 0; it
is GZIP-compressed, base64url without padding, with the multibase prefix ``u``; signed as a JWT (``application/vc+jwt``,
VC-JOSE-COSE) by the key that signs certificates. A CRL (RFC 5280) would revoke keys, not documents.
"""

from __future__ import annotations

import base64
import gzip
import json
import secrets
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.conf import settings
from django.db import connection
from django.utils import timezone

from lingqu.centre.papers.authority import Authority, authority
from lingqu.centre.papers.models import Certificate as Row
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

BITS = 131_072  # the least that the standard allows: so many hide one
_FULL = BITS // 2
LIVES = timedelta(minutes=15)


def free_place() -> tuple[int, int]:
    """A list and a random free index of it, held by the transaction: whoever sees an index learns no order."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(73210071)")
    last = Row.objects.order_by("-list_number").values_list("list_number", flat=True).first() or 1
    if Row.objects.filter(list_number=last).count() >= _FULL:
        last += 1
    while True:
        index = secrets.randbelow(BITS)
        if not Row.objects.filter(list_number=last, list_index=index).exists():
            return last, index


def lists() -> int:
    """How many there are."""
    return Row.objects.order_by("-list_number").values_list("list_number", flat=True).first() or 0


def address(number: int) -> str:
    return f"{settings.LINGQU_ADDRESS.rstrip('/')}/certificates/status/{number}"


def credential(number: int) -> dict[str, Any]:
    """The list as a BitstringStatusListCredential. Raises ``NotFound``."""
    if not 1 <= number <= lists():
        raise NotFound(
            "certificates.list",
            Text(zh="没有这个状态列表", en="There is no such status list"),
            place=str(number),
            next_step=Text(zh="列表从 1 起编号", en="Lists are numbered from 1"),
        )
    bits = bytearray(BITS // 8)
    ended = Row.objects.filter(list_number=number, ended_at__isnull=False).values_list("list_index", flat=True)
    for index in ended:
        bits[index // 8] |= 0x80 >> index % 8
    now = timezone.now()
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address(number),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": settings.LINGQU_ADDRESS.rstrip("/"),
        "validFrom": _time(now),
        "validUntil": _time(now + LIVES),
        "credentialSubject": {
            "id": f"{address(number)}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + _base64(gzip.compress(bytes(bits), mtime=0)),
            "ttl": int(LIVES.total_seconds() * 1000),
        },
    }


def signed(number: int) -> str:
    """The same as a JWT whose header holds the chain (``x5c``, RFC 7515, 4.1.6)."""
    own = authority()
    key = serialization.load_pem_private_key(own.key, password=None)
    header = {"alg": _algorithm(key), "typ": "vc+jwt", "cty": "vc", "x5c": _chain(own)}
    text = f"{_base64(_json(header))}.{_base64(_json(credential(number)))}"
    return f"{text}.{_base64(_signature(key, text.encode()))}"


def _algorithm(key: Any) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: "ES256", 384: "ES384"}[key.curve.key_size]
    return "RS256"


def _signature(key: Any, text: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    size = key.curve.key_size // 8
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256() if size == 32 else hashes.SHA384())))
    return bytes(r.to_bytes(size, "big") + s.to_bytes(size, "big"))


def _chain(own: Authority) -> list[str]:
    return ["".join(line for line in each.decode().splitlines() if "-----" not in line) for each in own.chain]


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
