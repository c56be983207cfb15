"""Whether what is asked for an account can stand: against the drawing, and by its kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import policy
from lingqu.centre.access.powers import grants_of
from lingqu.kernel import identifiers
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

DEVICE_ACTIONS = frozenset({"read", "write"})
NAME = 120
_PERSONS_ONLY = frozenset({"administer", "apply"})


def check(faults: Iterable[Fault | None], place: str) -> None:
    """Raises Invalid (``access.account_form``) with all faults; each names its column."""
    found = [fault for fault in faults if fault is not None]
    if found:
        raise Invalid(
            "access.account_form",
            Text(zh="有内容不符合规则", en="Some of it breaks a rule"),
            place=place,
            next_step=Text(zh="改正后再提交", en="Correct it and send it again"),
            faults=found,
        )


def username(name: str) -> Fault | None:
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        return _fault("username", "用户名只能用文字、数字和 @ . + - _", "A user name has letters, digits and @ . + - _")
    if len(name) > 150:
        return _fault("username", "用户名最长 150 个字", "A user name has 150 characters at most")
    if Account.objects.filter(username__iexact=name).exists():
        return _fault("username", "已有这个用户名", "This user name is taken")
    return None


def display_name(name: str) -> Fault | None:
    return (
        _fault("display_name", "姓名或名称最长 120 个字", "A name has 120 characters at most")
        if len(name) > NAME
        else None
    )


def department(code: str) -> Fault | None:
    if code and code not in policy().departments:
        return _fault("department", f"没有编码为“{code}”的部门", f"There is no department with the code {code!r}")
    return None


def region(code: str) -> Fault | None:
    fault = identifiers.check("division", code, timezone.localdate()) if code else None
    if code and (len(code) != 12 or (fault is not None and fault.severity == "error")):
        return _fault("region", "区划代码为 12 位数字（GB/T 2260）", "A division code has 12 digits (GB/T 2260)")
    return None


def ahead(moment: datetime | None) -> Fault | None:
    if moment is not None and moment <= timezone.now():
        return _fault("valid_until", "有效期已过；停用账号请用“停用”", "This has passed; to close an account, close it")
    return None


def roles(kind: str, codes: Iterable[str], kept: Iterable[str] = ()) -> Fault | None:
    """Roles of the drawing (or held already) that fit the kind of account: persons administer and apply, systems do
    not; devices read and write what is about no person."""
    known, held = policy().roles, set(kept)
    missing = [code for code in codes if code not in known and code not in held]
    if missing:
        listed = ", ".join(missing)
        return _fault("roles", f"没有编码为“{listed}”的角色", f"There is no role with the code {listed}")
    if any(known[code].anonymous for code in codes if code in known):
        return _fault("roles", "人人都有的角色不必授予", "A role that everybody holds need not be given")
    grants = grants_of(codes)
    if kind != "person" and any(_PERSONS_ONLY & set(g.actions) for g in grants):
        return _fault("roles", "管理账号、应用蓝图只能授予人", "Only persons administer accounts and apply blueprints")
    if kind == "device" and any(_beyond_devices(g.actions, g.types) for g in grants):
        return _fault(
            "roles", "设备只能读写不涉及个人的指定类型", "Devices read and write named types without personal data only"
        )
    return None


def _beyond_devices(actions: Iterable[str], types: Iterable[str]) -> bool:
    return bool(set(actions) - DEVICE_ACTIONS) or bool({"*", *policy().personal} & set(types))


def period(begins: datetime, ends: datetime, longest: timedelta) -> Fault | None:
    if ends <= max(begins, timezone.now()):
        return _fault("ends", "结束须在开始和现在之后", "The end lies after the beginning, and ahead")
    if ends - begins > longest:
        return _fault("ends", f"最长 {longest.days} 天", f"At most {longest.days} days")
    return None


def reason(text: str) -> Fault | None:
    if not 2 <= len(text.strip()) <= 200:
        return _fault("reason", "用几个字说明理由（至多 200 字）", "Say why in a few words (at most 200 characters)")
    return None


def _fault(column: str, zh: str, en: str) -> Fault:
    return Fault(f"access.{column}", Text(zh=zh, en=en), column=column)
