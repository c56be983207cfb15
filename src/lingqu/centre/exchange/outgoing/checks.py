"""The check of a target by its channel."""

from __future__ import annotations

from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import agreements, channels
from lingqu.kernel.errors import LingquError


def check(number: str) -> list[Finding]:
    """See ``door.check_target``."""
    try:
        agreement = agreements.one(number)
        return channels.of(agreement).self_check(agreement, channels.target(agreement))
    except LingquError as fault:
        return [Finding(False, number, fault.message.en, fault.next_step.en)]
