"""A real receiver of notifications, which may fail, hang, or close the door."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """``answers`` are statuses of the next answers, then 200; a number below 100 is seconds to hang before 200.
    ``arrived`` are headers of what came, answered or not."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.arrived: list[dict[str, str]] = []
        self.answers: list[float] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.arrived.append(dict(self.headers))
                answer = outer.answers.pop(0) if outer.answers else 200
                if answer < 100:
                    time.sleep(answer)
                    answer = 200
                if answer == 200:
                    outer.got.append(body)
                    outer.headers.append(dict(self.headers))
                self.send_response(int(answer))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/notify"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
