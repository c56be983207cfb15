"""Other people's software that signs people in through Lingqu, and department systems with an account of their own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import policy
from lingqu.centre.access.refusals import require
from lingqu.centre.access.tokens import READ, WRITE
from lingqu.kernel.errors import Fault, Invalid, NotFound
from lingqu.kernel.text import Text

SCOPES = ("openid", "profile", "lingqu", READ, WRITE)
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class KnownClient:
    """``owner`` is the account as which the client acts by itself; empty: it only signs people in."""

    id: str
    name: str
    owner: str
    public: bool
    scopes: tuple[str, ...]
    redirects: tuple[str, ...]
    made: datetime
    tokens: int


def new_secret(client: Client) -> str:
    """Set a new secret and give it. It is random (256 bits), so few rounds of hashing are as good as many. Hexadecimal,
    as some clients escape other characters in the Basic header (RFC 6749 2.3.1) and some servers do not undo it."""
    secret = secrets.token_hex(32)
    hasher = PBKDF2PasswordHasher()
    client.secret = hasher.encode(secret, hasher.salt(), iterations=1000)
    return secret


def listed(actor: Actor) -> list[KnownClient]:
    """The registered OAuth clients, for who may administer. Raises ``Refused``."""
    require(actor, "administer")
    return [
        KnownClient(
            c.pk,
            c.name,
            c.owner.username if c.owner else "",
            c.type == Client.Type.PUBLIC,
            tuple(c.get_scopes()),
            tuple(c.get_redirect_uris()),
            c.created_at,
            Token.objects.valid().filter(client=c, type=Token.Type.ACCESS_TOKEN).count(),
        )
        for c in Client.objects.select_related("owner").order_by("name")
    ]


@transaction.atomic
def register(
    actor: Actor, name: str, *, redirects: Iterable[str], scopes: Iterable[str], owner: str = "", public: bool = False
) -> tuple[str, str]:
    """A new client: its id, and its secret (told this once; empty for a public one). ``owner`` is the account as which
    it acts by itself. Raises ``Refused``, ``Invalid`` with one fault a field."""
    require(actor, "administer")
    redirects, scopes = tuple(redirects), tuple(scopes)
    _check(name, redirects, scopes, owner, public)
    client = Client(id=secrets.token_hex(16), name=name, type="public" if public else "confidential")
    secret = "" if public else new_secret(client)
    client.owner = Account.objects.get(username=owner) if owner else None
    client.set_redirect_uris(list(redirects))
    client.set_scopes([s for s in SCOPES if s in scopes])
    client.set_response_types(["code"])
    client.set_grant_types(
        [*(["authorization_code", "refresh_token"] if redirects else []), *(["client_credentials"] if owner else [])]
    )
    client.save()
    _tell(actor, client, "registered")
    return client.pk, secret


def _check(name: str, redirects: tuple[str, ...], scopes: tuple[str, ...], owner: str, public: bool) -> None:
    faults = [*_faults_of_redirects(redirects), *_faults_of_owner(owner, redirects, public)]
    if not 2 <= len(name) <= 100:
        faults.append(_fault("name", Text(zh="写明系统名称（2 至 100 字）", en="Name it in 2 to 100 characters")))
    if not scopes or set(scopes) - set(SCOPES):
        faults.append(_fault("scopes", Text(zh="至少选一项权限范围", en="Choose at least one of the scopes")))
    if faults:
        raise Invalid(
            "access.client",
            Text(zh="接入系统的登记有误", en="This client cannot be registered so"),
            faults=faults,
            next_step=Text(zh="改正后再提交", en="Correct it and send it again"),
        )


def _faults_of_redirects(redirects: tuple[str, ...]) -> list[Fault]:
    """HTTPS, or this machine; exact addresses without a fragment (RFC 9700, 2.1 and 4.1.3)."""
    found = []
    for address in redirects:
        parts = urlsplit(address)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        if not secure or not parts.hostname or parts.fragment or "*" in address:
            found.append(
                _fault("redirects", Text(zh=f"回调地址须为 HTTPS：{address}", en=f"Not an HTTPS address: {address}"))
            )
    return found


def _faults_of_owner(owner: str, redirects: tuple[str, ...], public: bool) -> list[Fault]:
    if not owner:
        missing = Text(zh="填写回调地址，或指定所用账号", en="Give an address to return to, or an account to act as")
        return [] if redirects else [_fault("redirects", missing)]
    account = Account.objects.filter(username=owner, is_active=True).first()
    if account is None:
        return [_fault("owner", Text(zh=f"没有账号 {owner}", en=f"There is no account {owner}"))]
    if public:
        return [_fault("owner", Text(zh="无密钥的系统不能以账号身份访问", en="What keeps no secret has no account"))]
    if governs(account.roles):
        told = Text(zh="不能以管理账号的身份接入系统", en="No system acts as an account that administers or applies")
        return [_fault("owner", told)]
    return []


def governs(roles: Iterable[str]) -> bool:
    """Whether one of the roles may administer, or apply a blueprint."""
    known = policy().roles
    return any(
        {"administer", "apply"} & set(grant.actions) for code in roles if code in known for grant in known[code].grants
    )


def _fault(column: str, message: Text) -> Fault:
    return Fault("access.client", message, column=column)


@transaction.atomic
def rotate(actor: Actor, client_id: str) -> str:
    """A new secret, told this once; the old one and every token end. Raises ``Refused``, ``NotFound``."""
    require(actor, "administer")
    client = _found(client_id)
    secret = new_secret(client)
    client.save(update_fields=["secret"])
    Token.objects.filter(client=client).delete()
    _tell(actor, client, "rotated")
    return secret


@transaction.atomic
def revoke(actor: Actor, client_id: str) -> None:
    """Take a client away with every token. Raises ``Refused``, ``NotFound``."""
    require(actor, "administer")
    client = _found(client_id)
    _tell(actor, client, "revoked")
    client.delete()


def _found(client_id: str) -> Client:
    client = Client.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise NotFound("access.client", Text(zh="没有这个接入系统", en="There is no such client"), place=client_id)
    return client


def _tell(actor: Actor, client: Client, what: str) -> None:
    ledger.record(actor, "grant", detail={"client": client.pk, "name": client.name, "what": what})
