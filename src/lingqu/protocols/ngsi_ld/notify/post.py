"""Sending one notification, over HTTP (CIM 009 6.3.9: the receiver answers with any 2xx) or by MQTT."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from lingqu.centre.access import door as access
from lingqu.kernel.errors import LingquError
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld.notify import mqtt
from lingqu.protocols.ngsi_ld.notify.compose import Message

_ANSWER_BYTES = 64 << 10
_NOTHING = Text(zh="", en="")


@dataclass(frozen=True)
class Outcome:
    """``rule`` empty: it was taken."""

    rule: str = ""
    message: Text = _NOTHING
    next_step: Text = _NOTHING


def client() -> httpx.Client:
    """One for all receivers: connections stay open between notifications."""
    return access.outbound_client(timeout=10.0)


def send(through: httpx.Client, message: Message) -> Outcome:
    """Never raises. Redirects are not followed."""
    until = time.monotonic() + message.timeout
    try:
        if message.url.startswith("mqtt"):
            fault = mqtt.send(message.url, message.body, message.notifier, message.timeout)
            return _failed(fault, fault) if fault else Outcome()
        with through.stream(
            "POST", message.url, content=message.body, headers=dict(message.headers), timeout=message.timeout
        ) as answer:
            read = 0
            for chunk in answer.iter_bytes():
                read += len(chunk)
                if read > _ANSWER_BYTES or time.monotonic() > until:
                    return _failed("the answer is too long, or takes too long", "回复过长或过慢")
            if 200 <= answer.status_code < 300:
                return Outcome()
            return _failed(f"HTTP {answer.status_code}", f"HTTP {answer.status_code}")
    except httpx.TimeoutException:
        return _failed("no answer in time", "超时未答")
    except httpx.HTTPError as broken:
        return _failed(type(broken).__name__, type(broken).__name__)
    except LingquError as error:
        return Outcome(error.rule, error.message, error.next_step)
    except Exception as broken:
        return _failed(type(broken).__name__, type(broken).__name__)


def _failed(en: str, zh: str) -> Outcome:
    return Outcome(
        "ngsi_ld.receiver",
        Text(zh=f"接收方没有收下：{zh}", en=f"The receiver did not take it: {en}"),
        Text(zh="平台会自动重试；请检查接收程序", en="It is tried again; have the receiver checked"),
    )
