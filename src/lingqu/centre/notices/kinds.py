"""What accounts are told of. By these they choose which way they want to hear it."""

from __future__ import annotations

from typing import Literal, get_args

from lingqu.kernel.text import Text

Kind = Literal["case", "work", "mandate", "answer", "appointment", "account"]
Way = Literal["mail", "hook"]

KINDS: dict[Kind, Text] = {
    "case": Text(zh="我的办件", en="My applications"),
    "work": Text(zh="本部门待办", en="Work of my department"),
    "mandate": Text(zh="授权与代办", en="Acting for others"),
    "answer": Text(zh="咨询投诉的答复", en="Answers to questions and complaints"),
    "appointment": Text(zh="预约", en="Appointments"),
    "account": Text(zh="账号与权限", en="Account and rights"),
}
WAYS: tuple[Way, ...] = get_args(Way)
