"""Every way we know of to be sent where one may not go."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from lingqu.kernel import outbound
from lingqu.kernel.errors import Invalid, Unavailable

PUBLIC = "93.184.216.34"
LISTED = ("api.example.org", "private:inner.example.org", "10.0.0.7", "[2606:4700::1111]:8443")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A name server: name → what it answers, one list an answer; the last one stays."""
    told: dict[str, list[list[str]]] = {"api.example.org": [[PUBLIC]], "inner.example.org": [["10.1.2.3"]]}

    real = socket.getaddrinfo

    def ask(host: str, port: Any, *how: Any, **named: Any) -> list[Any]:
        if outbound.is_address(host):
            return list(real(host, port, *how, **named))
        if host not in told:
            raise socket.gaierror(host)
        answers = told[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    return told


def where(url: str) -> str:
    return outbound.place(url, LISTED).address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.example.org/x", PUBLIC),
        ("https://API.Example.ORG./x", PUBLIC),
        ("http://inner.example.org:81/", "10.1.2.3"),
        ("http://10.0.0.7/", "10.0.0.7"),
        ("https://[2606:4700::1111]:8443/", "2606:4700::1111"),
    ],
)
def test_who_is_listed_is_asked(names: Any, url: str, address: str) -> None:
    assert where(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://localhost/",
        "https://[2606:4700::1111]/",
        "https://api.example.org@evil.example/",
        "https://me:secret@api.example.org/",
        "https://evil.example/?@api.example.org",
        "https://evil.example#@api.example.org",
        "https://evil.example\\@api.example.org/",
        "https://api.example.org\\.evil.example/",
        "https://api.example.org.evil.example/",
        "https://api.example.org\r\nHost: evil/",
        "file:///etc/passwd",
        "ftp://api.example.org/",
        "gopher://api.example.org/",
        "//api.example.org/",
        "https:///x",
        "",
    ],
)
def test_everybody_else_is_not(names: Any, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        where(url)
    assert caught.value.rule == "source.outbound"


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"],
)  # fmt: skip
def test_a_listed_name_does_not_lead_inside(names: Any, inside: str) -> None:
    names["api.example.org"] = [[PUBLIC, inside]]
    with pytest.raises(Invalid):
        where("https://api.example.org/")


def test_a_name_that_is_not_known(names: Any) -> None:
    del names["api.example.org"]
    with pytest.raises(Unavailable, match="not known"):
        where("https://api.example.org/")


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *_: Any) -> None:
        pass


def test_it_connects_to_the_address_that_it_checked(names: Any) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        # Asked a second time, the name server would send us somewhere else.
        names["here.example.org"] = [["127.0.0.1"], ["192.0.2.1"]]
        with outbound.client(lambda: ("private:here.example.org",), timeout=5) as client:
            answer = client.get(f"http://here.example.org:{port}/")
            assert answer.text == f"here.example.org:{port}"
            assert answer.url.host == "here.example.org"
        names["turned.example.org"] = [["127.0.0.1"]]
        with (
            outbound.client(lambda: ("turned.example.org",), timeout=5) as client,
            pytest.raises(Invalid, match="may not be asked"),
        ):
            client.get(f"http://turned.example.org:{port}/")
        server.shutdown()


def test_a_redirect_is_not_followed(names: Any) -> None:
    class Away(Echo):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Away) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with outbound.client(lambda: ("127.0.0.1",), timeout=5) as client:
            assert client.get(f"http://127.0.0.1:{server.server_port}/").status_code == 302
        server.shutdown()


def test_one_pool_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making one reads the system's certificates: a notification must not wait for that."""
    made: list[object] = []

    class Counted(httpx.HTTPTransport):
        def __init__(self, **given: Any) -> None:
            made.append(given)
            super().__init__(**given)

    monkeypatch.setattr(httpx, "HTTPTransport", Counted)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with outbound.client(lambda: ("127.0.0.1",), timeout=1.0) as client:
        for _ in range(3):
            with pytest.raises(httpx.ConnectError):
                client.get(f"http://127.0.0.1:{port}/")
    assert len(made) == 1
