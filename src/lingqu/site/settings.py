"""Django's settings, built from the instance and the environment."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from lingqu import ui as _ui
from lingqu.site import identity as _identity
from lingqu.site import instance as _instance
from lingqu.site import logs as _logs
from lingqu.site import mailing as _mailing
from lingqu.site import postgres as _postgres

INSTANCE = _instance.current()
LINGQU_LAKE = INSTANCE.lake
LINGQU_INBOX = INSTANCE.inbox
LINGQU_OUTBOX = INSTANCE.outbox
LINGQU_OUTBOX_DAYS = int(os.environ.get("LINGQU_OUTBOX_DAYS", "30"))
LINGQU_SECRETS = INSTANCE.secrets
LINGQU_OUTBOUND = os.environ.get("LINGQU_OUTBOUND", "")
LINGQU_LEDGER = INSTANCE.ledger
# smtp://user:password@host:587?tls=starttls (or ?tls=on, ?tls=off); empty: no mail is sent, and none is offered.
LINGQU_MAIL = os.environ.get("LINGQU_MAIL", "")
# Where the world finds this site: it is printed on certificates, and must not be what a request says.
LINGQU_ADDRESS = os.environ.get("LINGQU_ADDRESS", "http://127.0.0.1:8321")
# PEM files of a city's own CA; without them Lingqu makes a root of its own.
LINGQU_SIGNING_KEY = os.environ.get("LINGQU_SIGNING_KEY", "")
LINGQU_SIGNING_CHAIN = os.environ.get("LINGQU_SIGNING_CHAIN", "")
LINGQU_SIGNING_ROOTS = os.environ.get("LINGQU_SIGNING_ROOTS", "")
LINGQU_FONTS = os.environ.get("LINGQU_FONTS") or Path(_ui.__file__).parent / "fonts"

# Asked anew each time, as another city may be applied while we run.
LINGQU_CITY = partial(_instance.city, INSTANCE)
DEMO = os.environ.get("LINGQU_DEMO") == "1"
DEBUG = os.environ.get("LINGQU_DEBUG") == "1"


def _secret_key() -> str:
    if value := os.environ.get("LINGQU_SECRET_KEY"):
        return value
    file = INSTANCE.secrets / "django"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f"django.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was first; a link appears whole or not at all
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()


def _patience() -> dict[str, str]:
    """A page's statement ends after 30 s, whatever pattern somebody asked for; background work takes its time. What was
    written one by one waits in a list beside each index of words and values, which every search reads through: a short
    one."""
    options = "-c gin_pending_list_limit=192kB"
    return {
        "options": f"{options} -c statement_timeout=30000" if os.environ.get("LINGQU_PROCESS") == "web" else options
    }


def _database() -> dict[str, object]:
    """Processes that answer requests connect as the web role, where there is one; all others as the owner."""
    found = _owner()
    role = INSTANCE.secrets / f"{str(found['NAME'])[:54]}_web.json"
    if os.environ.get("LINGQU_PROCESS") in ("web", "intake") and role.exists():
        known = json.loads(role.read_text())
        found |= {"ENGINE": "lingqu.site.web_database", "USER": known["user"], "PASSWORD": known["password"]}
    return found


def _owner() -> dict[str, object]:
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    if url := os.environ.get("DATABASE_URL"):
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        host = options.pop("host", None) or unquote(parts.hostname or "")
        return common | {
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or options.pop("port", "") or ""),
            "OPTIONS": {"connect_timeout": 10} | _patience() | options,
        }
    file = _postgres.connection_file(INSTANCE)
    found = json.loads(file.read_text()) if file.exists() else {"dbname": "lingqu", "host": "/nowhere"}
    return common | {
        "NAME": found["dbname"],
        "USER": found.get("user", ""),
        "PASSWORD": found.get("password", ""),
        "HOST": found["host"],
        "PORT": found.get("port", ""),
        "OPTIONS": {"connect_timeout": 10} | _patience(),
    }


SECRET_KEY = _secret_key()
DATABASES = {"default": _database()}
ALLOWED_HOSTS = os.environ.get("LINGQU_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
HTTPS = os.environ.get("LINGQU_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# RFC 6265bis: such cookies are taken over HTTPS only, for this very host, for all of it.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if HTTPS else ("sessionid", "csrftoken")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE, SESSION_LONGEST = 30 * 60, 12 * 3600
SESSION_COOKIE_AGE = SESSION_LONGEST
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
# A proxy ends TLS and must set this header itself: whoever could send it would pass for secure.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
locals().update(_mailing.settings(LINGQU_MAIL))
DEFAULT_FROM_EMAIL = os.environ.get("LINGQU_MAIL_FROM", "lingqu@localhost")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "lingqu.centre.drawing",
    "lingqu.centre.access",
    "lingqu.centre.entities",
    "lingqu.centre.catalogue",
    "lingqu.centre.exchange",
    "lingqu.centre.quality",
    "lingqu.centre.fusion",
    "lingqu.centre.papers",
    "lingqu.centre.notices",
    "lingqu.centre.offers",
    "lingqu.centre.procedures",
    "lingqu.centre.guides",
    "lingqu.ui",
    "lingqu.ui.entry.city",
    "lingqu.citizen",
    "lingqu.enterprise",
    "lingqu.operations",
    "lingqu.stewardship",
    "lingqu.protocols",
    "lingqu.blueprint",
    "lingqu.site",
]
MIDDLEWARE = [
    "lingqu.site.requests.journal",
    "lingqu.ui.headers.PageHeaders",
    "lingqu.ui.limits.Rates",
    "lingqu.site.requests.direct",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lingqu.ui.entry.session.SessionEnds",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lingqu.ui.entry.factor.SecondFactor",
    "lingqu.ui.faults.Faults",
]
ROOT_URLCONF = "lingqu.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lingqu.ui.context.page",
            ]
        },
    }
]
WSGI_APPLICATION = "lingqu.site.wsgi.application"
AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "lingqu.ui.login.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "lingqu.ui.entry.factor.FactorAdapter"
SOCIALACCOUNT_ADAPTER = "lingqu.ui.entry.city.adapter.Adapter"
SOCIALACCOUNT_PROVIDERS = {"city": {"APPS": _identity.providers(INSTANCE)}}
IDP_OIDC_ADAPTER = "lingqu.ui.entry.issuer.Issuer"
IDP_OIDC_PRIVATE_KEYS = _identity.signing_keys(INSTANCE)
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN, IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 1800, 30 * 24 * 3600
# Codes and limits of the sign-in pages: one place for all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LINGQU_PROXIES", "1" if HTTPS else "0"))
RATES = _identity.rates(DEMO)
LIMITED_PATHS = ("/ngsi-ld/", "/api/", "/tiles/", "/identity/o/api/")
WEB_WORKERS = int(os.environ.get("LINGQU_WEB_WORKERS", "1"))
SECURITY_CONTACT = os.environ.get("LINGQU_SECURITY_CONTACT", "")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CSRF_FAILURE_VIEW = "lingqu.ui.faults.forbidden"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
LOCALE_PATHS = sorted(Path(__file__).resolve().parents[1].glob("**/locale"))
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = INSTANCE.root / "static"
WHITENOISE_USE_FINDERS = True
LOGGING = _logs.config(INSTANCE.logs, os.environ.get("LINGQU_PROCESS", "command"))
PROCRASTINATE_IMPORT_PATHS = ["lingqu.site.jobs"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "lingqu.ui.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
BASE_DIR = Path(__file__).resolve().parent
