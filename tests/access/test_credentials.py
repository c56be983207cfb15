"""Keys and certificates of systems: who shows one acts as its account, and nobody else does."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import credentials
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft
from lingqu.kernel.errors import Invalid
from little_city import city, draw, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
LIST = "/ngsi-ld/v1/entities?type=Person&options=keyValues"


@pytest.fixture
def app() -> Account:
    draw([("role", {"code": "app", "title": "系统", "grants": [{"actions": ["read"], "types": ["Person"]}]})])
    entities.write(SYSTEM, [Draft("urn:ngsi-ld:Person:1", "Person", person(1))])
    return Account.objects.create(username="housing-app", kind="client", department="housing", roles=["app"])


def ask(**headers: str) -> Any:
    return Client().get(LIST, headers={"Lingqu-Purpose": "casework", **headers})


def later(days: float = 1) -> datetime:
    return timezone.now() + timedelta(days=days)


def test_a_key_opens_its_account(app: Account) -> None:
    key, row = credentials.issue_key(app, "test", later(), "officer")
    assert ask(Authorization=f"Bearer {key}").json()[0]["name"] == "王***"
    row.refresh_from_db()
    assert row.last_used_on == timezone.now().date()
    assert key not in repr(list(LedgerRow.objects.values())) + repr(row.__dict__)
    assert LedgerRow.objects.get(act="read").actor == "housing-app"


@pytest.mark.parametrize("how", ["unknown", "revoked", "expired", "closed", "account over"])
def test_a_key_that_opens_nothing_is_refused_and_told(app: Account, how: str) -> None:
    key, row = credentials.issue_key(app, "test", later(-1 if how == "expired" else 1), "officer")
    if how == "unknown":
        key += "x"
    elif how == "revoked":
        row.revoked_at = timezone.now()
        row.save()
    elif how == "closed":
        Account.objects.update(is_active=False)
    elif how == "account over":
        Account.objects.update(valid_until=later(-1))
    answer = ask(Authorization=f"Bearer {key}")
    assert answer.status_code == 401
    assert answer.json()["rule"] == "access.credential"
    assert LedgerRow.objects.filter(act="refused", detail__hint=key[:10]).count() == 1


def certificate(days: int = 10) -> tuple[str, str]:
    """(PEM, the header of RFC 9440)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "housing-app")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    der = made.public_bytes(serialization.Encoding.DER)
    return made.public_bytes(serialization.Encoding.PEM).decode(), f":{base64.b64encode(der).decode()}:"


def test_a_certificate_opens_its_account_behind_a_proxy_that_checked_it(app: Account, settings: Any) -> None:
    pem, header = certificate()
    credentials.pin_certificate(app, pem, "test", "officer")
    assert ask(**{"Client-Cert": header}).status_code == 403  # anybody could send the header
    settings.CLIENT_CERTS = True
    assert ask(**{"Client-Cert": header}).status_code == 200
    assert ask(**{"Client-Cert": certificate()[1]}).status_code == 401
    assert ask(**{"Client-Cert": ":%%%:"}).status_code == 401
    with pytest.raises(Invalid):
        credentials.pin_certificate(app, certificate(-1)[0], "old", "officer")
    with pytest.raises(Invalid):
        credentials.pin_certificate(app, "no pem", "junk", "officer")
