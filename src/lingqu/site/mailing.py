"""Django's settings of mail from one address, as for databases: ``smtp://user:password@host:587?tls=starttls``."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"on": 465, "starttls": 587, "off": 25}


def settings(address: str) -> dict[str, object]:
    """Raises ``ValueError`` for what is no such address. ``file:/folder`` puts mails into a folder, to try it out."""
    common: dict[str, object] = {"EMAIL_TIMEOUT": 10}
    if not address:
        return common | {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(address)
    if parts.scheme == "file":
        return common | {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": parts.path,
        }
    tls = parse_qs(parts.query).get("tls", ["starttls"])[0]
    if parts.scheme != "smtp" or not parts.hostname or tls not in _PORTS:
        raise ValueError("LINGQU_MAIL is smtp://user:password@host:port?tls=starttls (or on, off)")
    return common | {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _PORTS[tls],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "starttls",
        "EMAIL_USE_SSL": tls == "on",
    }
