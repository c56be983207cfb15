"""Keys and certificates of department systems and devices, and who shows one."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import standing, tokens
from lingqu.centre.access.models import Account, Credential
from lingqu.kernel.errors import Invalid, Refused
from lingqu.kernel.text import Text

PREFIX = "lq_"
_BEARER = re.compile(r"(?i)^bearer\s+(\S+)$")
CERTIFICATE_HEADER = "HTTP_CLIENT_CERT"
"""``Client-Cert``, RFC 9440: the certificate (DER, base64 between colons) that the TLS proxy has checked. Believed only
where ``LINGQU_CLIENT_CERTS`` says that a proxy stands in front which sets and strips it."""


class Unauthenticated(Refused):
    """What was shown opens nothing."""

    status = 401


def digest(text: str) -> str:
    """Keys are long and random: a plain digest cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


@transaction.atomic
def issue_key(account: Account, title: str, expires_at: datetime, by: str) -> tuple[str, Credential]:
    """A new key, told once, and its row."""
    key = PREFIX + secrets.token_urlsafe(32)
    row = Credential.objects.create(
        account=account,
        kind="key",
        digest=digest(key),
        hint=key[:10],
        title=title,
        expires_at=expires_at,
        created_by=by,
    )
    return key, row


def pin_certificate(account: Account, pem: str, title: str, by: str) -> Credential:
    """Let a client certificate open this account. Raises ``Invalid`` for what is none, or has expired."""
    certificate = _certificate(pem)
    return Credential.objects.create(
        account=account,
        kind="certificate",
        digest=digest_of(pem),
        hint=certificate.subject.rfc4514_string()[:80],
        title=title,
        expires_at=certificate.not_valid_after_utc,
        created_by=by,
    )


def digest_of(pem: str) -> str:
    """SHA-256 of a certificate. Raises ``Invalid``."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return fingerprint(_certificate(pem).public_bytes(Encoding.DER))


def _certificate(pem: str) -> Any:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise Invalid(
            "access.certificate",
            Text(zh="不是 PEM 格式的证书", en="This is no certificate in PEM"),
            next_step=Text(
                zh="粘贴以 BEGIN CERTIFICATE 开头的文本", en="Paste the text that starts with BEGIN CERTIFICATE"
            ),
        ) from error
    ends = certificate.not_valid_after_utc
    if ends <= timezone.now():
        raise Invalid(
            "access.certificate",
            Text(zh=f"证书已于 {ends:%Y-%m-%d} 过期", en=f"The certificate expired on {ends:%Y-%m-%d}"),
            next_step=Text(zh="换一张有效的证书", en="Bring one that is valid"),
        )
    return certificate


def shown(request: Any) -> Account | None:
    """The account whose key or certificate a request shows; None where it shows none. Raises ``Unauthenticated``."""
    bearer = _BEARER.match(request.META.get("HTTP_AUTHORIZATION", ""))
    if bearer and bearer[1].startswith(PREFIX):
        return _opened(digest(bearer[1]), bearer[1][:10])
    if bearer:
        return _by_token(request)
    certificate = request.META.get(CERTIFICATE_HEADER, "")
    if certificate and getattr(settings, "CLIENT_CERTS", False):
        return _opened(fingerprint(_der(certificate)), "certificate")
    return None


def _by_token(request: Any) -> Account | None:
    """OAuth access tokens are looked up by who issues them."""
    return tokens.account_of_token(request)


def _der(header: str) -> bytes:
    import base64
    import binascii

    try:
        return base64.b64decode(unquote(header).strip().strip(":"), validate=True)
    except binascii.Error:
        return b""


def _opened(found: str, hint: str) -> Account:
    now = timezone.now()
    row = _known(found)
    if row is None:
        raise _closed(hint, Text(zh="钥匙无效", en="This key opens nothing"))
    if row.revoked_at is not None:
        raise _closed(hint, Text(zh="钥匙已被收回", en="This key was withdrawn"), row.account)
    if row.expires_at <= now or (row.account.valid_until and row.account.valid_until <= now):
        raise _closed(hint, Text(zh="钥匙已过期", en="This key has expired"), row.account)
    if not row.account.is_active:
        raise _closed(hint, Text(zh="账号已停用", en="The account is closed"), row.account)
    if row.last_used_on != now.date():
        Credential.objects.filter(pk=row.pk).update(last_used_on=now.date())
        row.last_used_on = now.date()
    return row.account


@dataclass
class _Shelf:
    version: int = -1
    rows: dict[str, Credential] = field(default_factory=dict)


_shelf = _Shelf()
_MOST = 10_000


def _known(found: str) -> Credential | None:
    """The key's row and account. What was read is kept until any key, account or delegation changes (a trigger raises
    the version). Keys that open nothing are not kept: their number has no end."""
    global _shelf
    now = standing.version()
    if _shelf.version != now or len(_shelf.rows) > _MOST:
        _shelf = _Shelf(now)
    shelf = _shelf
    if found not in shelf.rows:
        row = Credential.objects.select_related("account").filter(digest=found).first()
        if row is None:
            return None
        shelf.rows[found] = row
    return shelf.rows[found]


def forget() -> None:
    """For tests, where versions begin anew."""
    global _shelf
    _shelf = _Shelf()


def _closed(hint: str, message: Text, account: Account | None = None) -> Unauthenticated:
    """The refusal; only the beginning of the key goes into the ledger."""
    from lingqu.centre.access import ledger
    from lingqu.centre.access.actors import Actor

    name = account.username if account else "unknown"
    actor = Actor("client", name, way="api") if account else Actor("anonymous", name, way="api")
    ledger.record(actor, "refused", detail={"rule": "access.credential", "hint": hint})
    return Unauthenticated(
        "access.credential",
        message,
        owner="information_centre",
        next_step=Text(zh="向市大数据中心申请新的钥匙", en="Ask the information centre for a new key"),
        recorded=True,
    )
