"""The first way in for a person: an address that is told once and lets them choose a password within three days."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator, validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36

from lingqu.centre.access import ledger, passes, powers
from lingqu.centre.access.actors import Actor, acting, is_over
from lingqu.centre.access.models import Account
from lingqu.kernel.errors import Fault, Invalid, NotFound, Refused
from lingqu.kernel.text import Text

SHORTEST = 10
"""Characters of a password (NIST SP 800-63B asks for 8)."""


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "lingqu.first-sign-in"


_tokens = _Tokens()


@transaction.atomic
def let_in(actor: Actor, username: str) -> str:
    """A token with which a person who never signed in chooses a password (``come_in``), within three days. Raises
    Refused, NotFound."""
    account = powers.taken_up(actor, username)
    used = account.has_usable_password() or account.last_login is not None
    dangerous = powers.dangers_of(account.roles)
    if account.kind != "person" or (actor.kind != "system" and (used or dangerous)):
        ledger.record(actor, "refused", detail={"rule": "access.let_in", "place": username})
        raise Refused(
            "access.let_in",
            Text(
                zh="首次登录地址只给从未登录、没有管理类权限的人；否则等于把他人的账号拿到手",
                en="The address for a first sign-in is for persons who never signed in and hold no dangerous role: "
                "whoever has it has the account",
            ),
            place=username,
            owner="information_centre",
            next_step=Text(
                zh="由本人经统一身份认证登录，或由运维人员执行 lingqu account link",
                en="Let the person sign in by the city's identity provider, or ask the operator: lingqu account link",
            ),
        )
    ledger.record(actor, "grant", detail={"what": "first sign-in opened", "account": username})
    return f"{int_to_base36(account.pk)}-{_tokens.make_token(account)}"


@transaction.atomic
def come_in(token: str, password: str) -> str:
    """Choose the first password by a token; gives the account's name. Raises NotFound, Invalid."""
    account = _account(token)
    try:
        MinimumLengthValidator(SHORTEST).validate(password)
        validate_password(password, account)
    except ValidationError as error:
        raise Invalid(
            "access.password",
            Text(zh="密码不合要求", en="The password breaks a rule"),
            next_step=Text(zh="换一个密码", en="Choose another one"),
            faults=[Fault("access.password", Text(zh=said, en=said), column="password") for said in error.messages],
        ) from error
    actor = acting(account)
    passes.carry(actor)
    account.set_password(password)
    account.save(update_fields=["password"])
    ledger.record(actor, "grant", detail={"what": "first password chosen", "account": account.username})
    return account.username


def opens(token: str) -> str:
    """The name of the account that a token of ``let_in`` opens. Raises NotFound."""
    return _account(token).username


def _account(token: str) -> Account:
    number, _dash, rest = token.partition("-")
    try:
        found = Account.objects.filter(pk=base36_to_int(number), kind="person", is_active=True).first()
    except ValueError:
        found = None
    if found is None or is_over(found) or not _tokens.check_token(found, rest):
        raise NotFound(
            "access.let_in",
            Text(zh="这个地址已用过或已过期", en="This address was used already, or has expired"),
            next_step=Text(zh="向您的管理员要一个新的", en="Ask your administrator for a new one"),
        )
    return found
