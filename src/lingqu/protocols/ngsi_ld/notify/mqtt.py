"""Sending one notification by MQTT 3.1.1 or 5 (CIM 009 clause 7): ``mqtt[s]://[user[:password]@]host[:port]/topic``.

The payload is ``{"metadata": {…}, "body": {…}}``; ``notifierInfo`` says ``MQTT-Version`` (``mqtt5.0`` unless given) and
``MQTT-QoS`` (0 unless given). With QoS 0 nobody confirms: what was written is taken as told.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from lingqu.centre.access import door as access

PORTS = {"mqtt": 1883, "mqtts": 8883}
VERSIONS = {"mqtt3.1.1": MQTTProtocolVersion.MQTTv311, "mqtt5.0": MQTTProtocolVersion.MQTTv5}
QUALITIES = ("0", "1", "2")


class _Client(paho.Client):
    """Connects to the address that was checked; TLS is held to the name."""

    address = ""

    def _create_socket_connection(self) -> socket.socket:
        return socket.create_connection((self.address, self._port), timeout=self._connect_timeout)


def wrong(url: str) -> str:
    """What is wrong with an address; empty where nothing is."""
    parts = urlsplit(url)
    topic = unquote(parts.path.lstrip("/"))
    try:
        found = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        found = False
    if not found:
        return "names no host"
    return "" if topic and not set("+#\0") & set(topic) else "names no topic"


def place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), parts.port or PORTS[parts.scheme]


def send(url: str, payload: bytes, info: Mapping[str, str], timeout: float) -> str:
    """What went wrong, in English; empty where it was taken. Raises ``Invalid`` for a host that may not be called,
    ``Unavailable`` for a name that leads nowhere."""
    host, port = place(url)
    address = access.outbound_reach(host, port)
    parts = urlsplit(url)
    client = _Client(CallbackAPIVersion.VERSION2, protocol=VERSIONS[info.get("MQTT-Version", "mqtt5.0")])
    client.address, client.connect_timeout = address, timeout
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password) if parts.password else None)
    if parts.scheme == "mqtts":
        client.tls_set_context(ssl.create_default_context())
    return _published(client, host, port, unquote(parts.path.lstrip("/")), payload, info, timeout)


def _published(
    client: _Client, host: str, port: int, topic: str, payload: bytes, info: Mapping[str, str], timeout: float
) -> str:
    answered, refused = threading.Event(), []

    def connected(_: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        if reason.is_failure:
            refused.append(str(reason))
        answered.set()

    client.on_connect = connected
    client.connect(host, port, keepalive=30)
    client.loop_start()
    try:
        if not answered.wait(timeout):
            return "no answer in time"
        if refused:
            return f"MQTT: {refused[0]}"
        told = client.publish(topic, payload, qos=int(info.get("MQTT-QoS", "0")))
        told.wait_for_publish(timeout)
        return "" if told.is_published() else "not confirmed in time"
    finally:
        client.disconnect()
        client.loop_stop()
