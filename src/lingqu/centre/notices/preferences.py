"""Which ways an account wants to hear of what. An address counts from the moment its owner confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lingqu.centre.access import door as access
from lingqu.centre.notices import models
from lingqu.centre.notices.kinds import KINDS, WAYS, Kind, Way
from lingqu.centre.notices.reads import require_person
from lingqu.kernel.errors import Fault, Invalid, LingquError
from lingqu.kernel.text import Text

_SALT = "lingqu.notices.mail"
CONFIRM_WITHIN = timedelta(days=3)
MOST_CONFIRMATIONS = 5  # a day


@dataclass(frozen=True)
class Preferences:
    """``ways``: kind → ways. ``key`` (hexadecimal) is what calls to ``hook`` are signed with."""

    language: str = "zh"
    mail: str = ""
    mail_confirmed_at: datetime | None = None
    hook: str = ""
    key: str = ""
    ways: Mapping[Kind, tuple[Way, ...]] = field(default_factory=dict)


def offered() -> tuple[Way, ...]:
    """The ways this instance is set up for."""
    has = {"mail": bool(settings.LINGQU_MAIL), "hook": bool(access.outbound_hosts())}
    return tuple(way for way in WAYS if has[way])


def of(actor: access.Actor) -> Preferences:
    require_person(actor)
    row = models.Preference.objects.filter(account=actor.name).first()
    return said(row) if row else Preferences()


def said(row: models.Preference) -> Preferences:
    ways = {kind: tuple(way for way in WAYS if way in row.ways.get(kind, ())) for kind in KINDS}
    return Preferences(row.language, row.mail, row.mail_confirmed_at, row.hook, key(row.account, row.turn), ways)


def key(account: str, turn: int) -> str:
    """Not kept: made of the instance's secret, so that a copy of the table signs nothing."""
    return salted_hmac("lingqu.notices.hook", f"{turn}:{account}", algorithm="sha256").hexdigest()


def keep(
    actor: access.Actor, *, language: str, mail: str, hook: str, ways: Mapping[Kind, tuple[Way, ...]],
    new_key: bool = False,
) -> Preferences:  # fmt: skip
    require_person(actor)
    mail, hook = mail.strip(), hook.strip()
    faults = [*_mail_fault(mail), *_hook_fault(hook)]
    if faults:
        raise Invalid("notices.address", Text(zh="有地址需要改正", en="An address must be corrected"), faults=faults)
    chosen = {kind: [way for way in WAYS if way in ways.get(kind, ())] for kind in KINDS}
    with transaction.atomic():
        row = models.Preference.objects.select_for_update().filter(account=actor.name).first()
        row = row or models.Preference(account=actor.name)
        if mail != row.mail:
            row.mail, row.mail_confirmed_at = mail, None
            if mail:
                _ask_to_confirm(actor, mail)
        row.language, row.hook, row.ways = ("en" if language.startswith("en") else "zh"), hook, chosen
        row.turn += int(new_key)
        row.save()
        access.record(actor, "grant", detail={"what": "ways of notices", "account": actor.name})
    return said(row)


def _mail_fault(mail: str) -> list[Fault]:
    if not mail:
        return []
    try:
        validate_email(mail)
    except ValidationError:
        return [Fault("notices.mail", Text(zh="不是电子邮箱地址", en="This is no e-mail address"), column="mail")]
    return []


def _hook_fault(hook: str) -> list[Fault]:
    if not hook:
        return []
    try:
        if len(hook) > 500:
            raise Invalid("notices.hook", Text(zh="地址过长", en="The address is too long"))
        access.outbound_place(hook)
    except LingquError as error:
        return [Fault(error.rule, error.message, column="hook", next_step=error.next_step)]
    return []


def _ask_to_confirm(actor: access.Actor, mail: str) -> None:
    now = timezone.now()
    lately = models.Sending.objects.filter(account=actor.name, message=None, at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_CONFIRMATIONS:
        raise Invalid(
            "notices.too_often",
            Text(zh="今天更换邮箱的次数过多", en="The address was changed too often today"),
            next_step=Text(zh="明天再试", en="Try again tomorrow"),
        )
    token = signing.dumps([actor.name, mail], salt=_SALT, compress=True)
    models.Sending.objects.create(
        account=actor.name, way="mail", address=mail, words=token, state="waiting", at=now, next_at=now
    )


def confirm(actor: access.Actor, token: str) -> bool:
    """By the link that was sent to the address, opened by the account that gave it."""
    require_person(actor)
    try:
        account, mail = signing.loads(token, salt=_SALT, max_age=CONFIRM_WITHIN)
    except (signing.BadSignature, ValueError):
        return False
    found = models.Preference.objects.filter(account=actor.name, mail=mail)
    return account == actor.name and bool(found.update(mail_confirmed_at=timezone.now()))
