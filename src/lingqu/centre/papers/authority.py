"""Keys that sign certificates: those a city's CA gave, else Lingqu's own root and issuing key, made at first use.

Own keys are EC P-256 in ``secrets/certificates``. The root's key is needed only to make an issuing key: copy it to a
safe place and remove it. Every ``*.pem`` in ``secrets/certificates/trusted`` is a root as well: former ones
belong there.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings

from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import Unavailable
from lingqu.kernel.text import Text

_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_ROOT_YEARS, _ISSUING_YEARS = 25, 10


@dataclass(frozen=True)
class Authority:
    """``key`` and ``chain`` are PEM; the chain begins with the certificate that signs. ``roots``: PEM of each."""

    key: bytes
    chain: tuple[bytes, ...]
    roots: tuple[bytes, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.chain[0])


def authority() -> Authority:
    """Who signs now. Raises ``Unavailable`` (``papers.authority``) where the configured files cannot be read."""
    key, chain, roots = (getattr(settings, f"LINGQU_SIGNING_{name}", "") for name in ("KEY", "CHAIN", "ROOTS"))
    if not key:
        return _own()
    try:
        given = _split(Path(chain).read_bytes())
        trusted = _split(Path(roots).read_bytes()) if roots else given[-1:]
        found = Authority(Path(key).read_bytes(), given, (*trusted, *_former()))
        _require_fit(found)
    except (OSError, ValueError, IndexError) as error:
        raise Unavailable(
            "papers.authority",
            Text(zh="签发证书的密钥或证书链无法读取", en="The key or chain that signs certificates cannot be read"),
            place=str(error)[:200],
            owner="information_centre",
            next_step=Text(
                zh="检查 LINGQU_SIGNING_KEY、LINGQU_SIGNING_CHAIN 指向的 PEM 文件",
                en="Check the PEM files that LINGQU_SIGNING_KEY and LINGQU_SIGNING_CHAIN name",
            ),
        ) from error
    return found


def roots() -> bytes:
    """The roots by which anybody may check certificates, PEM."""
    return b"".join(authority().roots)


def _require_fit(found: Authority) -> None:
    """The key is that of the chain's first certificate."""
    private = serialization.load_pem_private_key(found.key, password=None)
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != found.leaf.public_key().public_bytes(*form):
        raise ValueError("the key is not that of the first certificate of the chain")


def _folder() -> Path:
    return Path(settings.LINGQU_SECRETS) / "certificates"


def _former() -> tuple[bytes, ...]:
    return tuple(each for file in sorted((_folder() / "trusted").glob("*.pem")) for each in _split(file.read_bytes()))


def _split(pem: bytes) -> tuple[bytes, ...]:
    found = x509.load_pem_x509_certificates(pem)
    return tuple(each.public_bytes(serialization.Encoding.PEM) for each in found)


def _own() -> Authority:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = [folder / name for name in ("issuing.key", "issuing.pem", "root.pem")]
    if not all(file.exists() for file in files):
        with (folder / ".busy").open("w") as busy:
            fcntl.flock(busy, fcntl.LOCK_EX)
            if not all(file.exists() for file in files):
                _make(folder)
    key, leaf, root = (file.read_bytes() for file in files)
    return Authority(key, (leaf, root), (root, *_former()))


def _make(folder: Path) -> None:
    city = drawing.city()
    name = city.title.zh if city else "Lingqu"
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name(name, "Lingqu document root")
    root = (
        _builder(root_name, root_name, root_key.public_key(), _ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _builder(_name(name, "Lingqu certificates"), root_name, key.public_key(), _ISSUING_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    _write(folder / "root.key", _pem(root_key))
    _write(folder / "root.pem", root.public_bytes(serialization.Encoding.PEM))
    _write(folder / "issuing.key", _pem(key))
    _write(folder / "issuing.pem", leaf.public_bytes(serialization.Encoding.PEM))


def _name(city: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, city[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, years: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * years))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and readable to us only."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    fresh.rename(file)
