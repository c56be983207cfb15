"""Where Lingqu itself may call: an allow-list, and connections that go to the very address that was checked.

A name is looked up once; all its addresses are checked, and the connection is made to one of these (no DNS rebinding).
The address is read by one parser only, httpx's, so that what was checked is what is asked. Every redirect is checked
like a first address, by whoever follows it: the client does not.

Allowed is who stands in the list as ``host``, ``host:port``, or ``private:host`` (with or without a port). A name may
lead to an address that is not public only as ``private:``; an address itself that is listed is meant as it stands.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx

from lingqu.kernel.errors import Invalid, Unavailable
from lingqu.kernel.text import Text

_PORTS = {"http": 80, "https": 443}
_LOCAL = ("localhost",)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)
Allowed = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Place:
    """A checked address: ``host`` as it is named, ``address`` the IP address to connect to."""

    scheme: str
    host: str
    port: int
    address: str


def place(url: str | httpx.URL, allowed: Iterable[str]) -> Place:
    """Raises ``Invalid`` (``source.outbound``) for what may not be asked, ``Unavailable`` (``source.name``) for a name
    that leads nowhere."""
    parsed = _parsed(url)
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    port = parsed.port or _PORTS.get(parsed.scheme, 0)
    if not host or parsed.scheme not in _PORTS or parsed.userinfo:
        raise forbidden(host or str(url)[:80])
    return Place(parsed.scheme, host, port, reach(host, port, allowed))


def reach(host: str, port: int, allowed: Iterable[str]) -> str:
    """The address to connect to, of a host in lower case. Raises like ``place``."""
    listed = {name.strip().lower().rstrip(".") for name in allowed}
    names = {host, f"{host}:{port}", f"[{host}]:{port}"}
    private = any(f"private:{name}" in listed for name in names)
    if not private and not names & listed:
        raise forbidden(host)
    if is_address(host):
        return host
    found = _looked_up(host, port)
    if not private and host not in _LOCAL and not all(is_public(each) for each in found):
        raise forbidden(host)
    return found[0]


def _parsed(url: str | httpx.URL) -> httpx.URL:
    text = str(url)
    if any(ord(c) <= 32 or c in "\\\x7f" for c in text):
        raise forbidden(text[:80])
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as fault:
        raise forbidden(text[:80]) from fault


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unavailable(
            "source.name",
            Text(zh=f"找不到主机 {host}", en=f"The host {host} is not known"),
            place=host,
            next_step=Text(zh="检查主机名和域名解析", en="Check the name and its DNS entry"),
        ) from fault
    return [str(entry[4][0]) for entry in found]


def is_address(host: str) -> bool:
    """Whether it is an address as such. Decimal, octal and hexadecimal forms are names: they are looked up, checked."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an address lies outside, also where it wraps another one (mapped IPv4, NAT64, 6to4, Teredo)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        inner = [w for w in wrapped if w is not None]
        if inner:
            return all(_outside(w) for w in inner)
    return _outside(ip)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052, the well-known prefix."""


def _outside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


def client(allowed: Allowed, *, timeout: float, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client that asks allowed hosts only and follows no redirects; ``allowed`` is asked anew for every request."""
    return httpx.Client(
        transport=_Checked(allowed), headers=headers, timeout=timeout, follow_redirects=False, trust_env=False
    )


class _Checked(httpx.BaseTransport):
    """Checks each request and connects to the checked address; TLS is held to the name. One pool a host, as
    connections are kept by address and another name must not be spoken to through them."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self.pools: dict[str, httpx.HTTPTransport] = {}
        self.lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        found = place(request.url, self.allowed())
        pool = self.pools.get(found.host) or self._opened(found.host)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=found.address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": found.host},
        )
        return pool.handle_request(pinned)

    def _opened(self, host: str) -> httpx.HTTPTransport:
        """Making one reads all certificates of the system, some 20 ms: once a host."""
        with self.lock:
            if host not in self.pools:
                self.pools[host] = httpx.HTTPTransport(trust_env=False, limits=_LIMITS)
            return self.pools[host]

    def close(self) -> None:
        for pool in self.pools.values():
            pool.close()


def forbidden(host: str) -> Invalid:
    return Invalid(
        "source.outbound",
        Text(zh=f"不允许访问主机 {host}", en=f"The host {host} may not be asked"),
        place=host,
        next_step=Text(
            zh="由管理员把主机列入 LINGQU_OUTBOUND", en="Have the administrator list the host in LINGQU_OUTBOUND"
        ),
    )
