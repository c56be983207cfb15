"""A real HTTP server in the part of a context source: it answers what it was told to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any


class SourceServer:
    """``answers``: (method, path below /ngsi-ld/v1) → (status, document or raw bytes); ``hang`` seconds before each."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.hang = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                parts = urlsplit(self.path)
                path = unquote(parts.path).removeprefix("/ngsi-ld/v1/")
                text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                params = {k: v[0] for k, v in parse_qs(parts.query).items()}
                body = json.loads(text) if text else None
                outer.asked.append(Asked(self.command, path, params, dict(self.headers), body))
                time.sleep(outer.hang)
                status, document = outer.answers.get((self.command, path), (404, None))
                raw = document if isinstance(document, bytes) else json.dumps(document).encode() if document else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
