"""The two secrets of the ledger: the key of its rows' macs, and the private key that signs seals and heads.

Each is the environment's ``LINGQU_SECRET_LEDGER``, ``LINGQU_SECRET_LEDGER_SIGNING``, else a file of ``secrets/`` that
is made at first use and read by its owner only. Neither is in the database: who has that alone can forge nothing.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

ROWS, SIGNING, PUBLIC = "ledger", "ledger_signing", "key.pub"


def row_key() -> bytes:
    """The key of the rows' macs."""
    return _row_key(settings.LINGQU_SECRETS)


@lru_cache(maxsize=4)
def _row_key(folder: Path) -> bytes:
    return (_environment(ROWS) or _kept(Path(folder) / ROWS)).encode()


def sign(message: bytes) -> bytes:
    """Ed25519 (RFC 8032): 64 bytes."""
    return _private(_environment(SIGNING), Path(settings.LINGQU_SECRETS) / SIGNING).sign(message)


@lru_cache(maxsize=4)
def _private(given: str, file: Path) -> Ed25519PrivateKey:
    text = given or _kept(file)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except ValueError:
        raise Invalid(
            "ledger.key",
            Text(zh="台账签名私钥格式不对", en="The ledger's signing key has not the right form"),
            place=SIGNING,
            next_step=Text(zh="须为 64 位十六进制（32 字节）", en="It is 64 hexadecimal digits (32 bytes)"),
        ) from None


def public_key() -> str:
    """What others verify with, as 64 hexadecimal digits: of the private key, or as it was left beside the heads."""
    file = Path(settings.LINGQU_LEDGER) / PUBLIC
    if not (_environment(SIGNING) or (Path(settings.LINGQU_SECRETS) / SIGNING).exists()) and file.exists():
        return file.read_text().strip()
    key = _private(_environment(SIGNING), Path(settings.LINGQU_SECRETS) / SIGNING).public_key().public_bytes_raw().hex()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(key + "\n")
    return key


class Verifier:
    """Whether a signature is of one public key."""

    def __init__(self, key: str) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        except ValueError:
            raise Invalid(
                "ledger.key",
                Text(zh="公钥格式不对", en="The public key has not the right form"),
                place=key[:80],
                next_step=Text(zh="用 lingqu ledger key 查看公钥", en="lingqu ledger key prints it"),
            ) from None

    def holds(self, signature: bytes | str, message: bytes) -> bool:
        """A text is hexadecimal; one that is not is no signature."""
        try:
            self._key.verify(bytes.fromhex(signature) if isinstance(signature, str) else signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def _environment(name: str) -> str:
    return os.environ.get(f"LINGQU_SECRET_{name.upper()}", "")


def _kept(file: Path) -> str:
    """The secret in a file, made if there is none; a link appears whole or not at all, whoever is first."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text().strip()
