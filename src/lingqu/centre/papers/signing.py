"""PDF signed, and signatures of PDF checked: PAdES baseline B-B (ETSI EN 319 142-1), by pyHanko.

B-B has no trusted time: when it was signed is what our own row says.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, validation
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lingqu.centre.papers.authority import Authority, authority

_FIELD = "Lingqu"
T = TypeVar("T")
# A broken file is an answer here and no incident.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Signature:
    """``signed``: the file has exactly our one signature; ``intact``: what it covers is unchanged; ``whole``: it covers
    the file to its last byte; ``trusted``: by a key of one of our roots. ``signer`` is the name in its certificate."""

    signed: bool
    intact: bool = False
    whole: bool = False
    trusted: bool = False
    signer: str = ""

    @property
    def good(self) -> bool:
        return self.signed and self.intact and self.whole and self.trusted


def sign(pdf: bytes, name: str, reason: str) -> bytes:
    """The PDF with a certifying signature that allows no change. ``name`` is the issuer's."""
    own = authority()
    store = SimpleCertificateStore()
    chain = [_certificate(each) for each in own.chain]
    store.register_multiple(chain[1:])
    signer = signers.SimpleSigner(chain[0], keys.PrivateKeyInfo.load(_der(own.key)), store, embed_roots=True)
    about = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    made = _apart(lambda: signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), about, signer=signer))
    return bytes(made.getvalue())


def check(pdf: bytes, at: datetime | None = None) -> Signature:
    """What the signature of a file that somebody brought is worth, its chain as of ``at``. Nothing is fetched."""
    own = authority()
    try:
        return _apart(lambda: _checked(pdf, own, at))
    except Exception:  # whatever a hostile file does to the parser, it is not our certificate
        return Signature(signed=False)


def _checked(pdf: bytes, own: Authority, at: datetime | None) -> Signature:
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return Signature(signed=False)
    context = ValidationContext(
        trust_roots=[_certificate(each) for each in own.roots],
        other_certs=[_certificate(each) for each in own.chain],
        allow_fetching=False,
        moment=at,
    )
    status = validation.validate_pdf_signature(
        found[0], context, key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"})
    )
    whole = status.coverage == validation.SignatureCoverageLevel.ENTIRE_FILE
    signer = status.signing_cert.subject.native.get("common_name", "")
    return Signature(True, bool(status.intact and status.valid), whole, bool(status.trusted), str(signer))


def _apart(act: Callable[[], T]) -> T:
    """pyHanko runs an event loop of its own, which a thread that runs one already refuses."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return act()
    with ThreadPoolExecutor(1) as other:
        return other.submit(act).result()


def _certificate(text: bytes) -> x509.Certificate:
    return x509.Certificate.load(_der(text))


def _der(text: bytes) -> bytes:
    return bytes(pem.unarmor(text)[2])
