"""Secrets that an agreement's target may name.

Consumers write targets. Were every secret open to them, a push to an address of their own with ``${secret:…}`` in it
would bring them any secret of the city; so only those whose name begins with their department's code are.
"""

from __future__ import annotations

import re

from lingqu.centre.exchange import places
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

_NAMED = re.compile(r"\$\{([^}]*)\}")


def prefix(consumer: str) -> str:
    """``housing`` → ``housing__``"""
    return re.sub(r"\W", "_", consumer) + "__"


def fill(text: str, consumer: str) -> str:
    """The text with the consumer's own secrets filled in. Raises ``Invalid``."""
    for what in _NAMED.findall(text):
        kind, _, name = what.partition(":")
        if kind != "secret" or not name.startswith(prefix(consumer)):
            raise Invalid(
                "outgoing.secret",
                Text(zh=f"协议不能使用 {what}", en=f"An agreement may not use {what}"),
                place=what,
                next_step=Text(
                    zh=f"只用名称以 {prefix(consumer)} 开头的密钥",
                    en=f"Use secrets whose name begins with {prefix(consumer)}",
                ),
            )
    return places.fill(text)


def one(name: str, consumer: str) -> str:
    return fill(f"${{secret:{name}}}", consumer)
