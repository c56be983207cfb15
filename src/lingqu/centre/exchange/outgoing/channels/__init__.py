"""The ways out, by name."""

from __future__ import annotations

from pydantic import ValidationError

from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels.base import Channel, Target
from lingqu.centre.exchange.outgoing.channels.database import DatabaseChannel
from lingqu.centre.exchange.outgoing.channels.file import FileChannel
from lingqu.centre.exchange.outgoing.channels.push import PushChannel
from lingqu.centre.exchange.outgoing.channels.subscription import SubscriptionChannel
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

CHANNELS: dict[str, Channel] = {
    channel.name: channel() for channel in (FileChannel, DatabaseChannel, PushChannel, SubscriptionChannel)
}


def of(agreement: Agreement) -> Channel:
    """Raises ``Invalid`` (``outgoing.channel``) for an agreement that Lingqu brings nothing by."""
    if agreement.method not in CHANNELS:
        raise Invalid(
            "outgoing.channel",
            Text(zh=f"协议 {agreement.number} 由使用方调用接口，不由平台交付",
                 en=f"Under agreement {agreement.number} the consumer asks; nothing is delivered"),
            place=agreement.number,
            next_step=Text(zh="通过接口读取", en="Read it through the API"),
        )  # fmt: skip
    return CHANNELS[agreement.method]


def target(agreement: Agreement) -> Target:
    """The checked target. Raises ``Invalid`` (``outgoing.target``) naming what is wrong; never its values, which may
    hold a password."""
    try:
        return of(agreement).Target.model_validate(dict(agreement.target))
    except ValidationError as fault:
        said = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in fault.errors())
        raise Invalid(
            "outgoing.target",
            Text(zh=f"协议的交付设置有误：{said}", en=f"The agreement's target is wrong: {said}"),
            place=agreement.number,
            next_step=Text(zh="变更协议的交付设置", en="Change the target of the agreement"),
        ) from fault
