"""Settings of who signs in how, from the instance: keys, the city's identity providers, limits, cookies.

``identity.yaml`` in the instance's folder names identity providers; the environment (``LINGQU_OIDC_ISSUER``…) one
without a file. Secrets stand in ``secrets/`` or in ``LINGQU_SECRET_<name>``, never in that file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lingqu.site.instance import Instance

FILE = "identity.yaml"
KEY_BITS = 3072


def made_once(file: Path, make: Callable[[], str]) -> str:
    """A secret's text, made at the first start. Of processes that start together one makes it and all read that one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(make())
        with suppress(FileExistsError):  # another process was first; a link appears whole or not at all
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()


def _new_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def signing_keys(instance: Instance) -> list[dict[str, Any]]:
    """Keys that sign what Lingqu says of its people: ``secrets/oidc*.pem``. The newest file signs; all are published,
    so that what an older one signed stays valid until its file is taken away."""
    made_once(instance.secrets / "oidc.pem", _new_key)
    return [
        {"pem": file.read_text(), "issued_at": datetime.fromtimestamp(file.stat().st_mtime, UTC)}
        for file in sorted(instance.secrets.glob("oidc*.pem"))
    ]


def _secret(instance: Instance, name: str) -> str:
    if value := os.environ.get(f"LINGQU_SECRET_{name}"):
        return value
    file = instance.secrets / name
    return file.read_text().strip() if name and file.is_file() else ""


def _listed(instance: Instance) -> dict[str, dict[str, Any]]:
    file = instance.root / FILE
    if file.is_file():
        from ruamel.yaml import YAML

        found = YAML(typ="safe").load(file.read_text()) or {}
        return dict(found.get("providers") or {})
    if issuer := os.environ.get("LINGQU_OIDC_ISSUER"):
        title = os.environ.get("LINGQU_OIDC_TITLE", "")
        return {"city": {"issuer": issuer, "client": os.environ.get("LINGQU_OIDC_CLIENT", "lingqu"), "title": title}}
    return {}


def providers(instance: Instance) -> list[dict[str, Any]]:
    """The city's identity providers as django-allauth takes them."""
    return [app(instance, code, told) for code, told in _listed(instance).items()]


def app(instance: Instance, code: str, told: dict[str, Any]) -> dict[str, Any]:
    """One provider. ``settings`` keeps what was told, for the claims."""
    title = told.get("title") or code
    secret = told.get("secret") or f"oidc_{code}"
    return {
        "provider_id": code,
        "name": title.get("zh", code) if isinstance(title, dict) else title,
        "client_id": told.get("client", "lingqu"),
        "secret": _secret(instance, secret),
        "settings": {
            "server_url": str(told["issuer"]).rstrip("/"),
            "issuer": told["issuer"],
            "scope": list(told.get("scopes", ("openid", "profile"))),
            "title": title,
            "oauth_pkce_enabled": True,
            "people": told.get("people", "linked"),
            "claims": told.get("claims", {}),
            "departments": told.get("departments", {}),
            "regions": told.get("regions", {}),
            "roles": told.get("roles", {}),
            "fetch_userinfo": told.get("userinfo", True),
            "token_auth_method": told.get("token_auth_method"),
        },
    }


def rates(demo: bool) -> dict[str, str]:
    """Limits of the interfaces (``rate:burst`` a second). In demo mode only those that the environment sets."""
    usual = {"named": "20:400", "anonymous": "5:100", "tiles": "40:600"}
    return {kind: os.environ.get(f"LINGQU_RATE_{kind.upper()}", "" if demo else text) for kind, text in usual.items()}
