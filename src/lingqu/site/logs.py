"""Structured logs: one JSON object a line in ``logs/<process>.jsonl``; in a terminal as people read them."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

KEEP_BYTES = 50 * 2**20
KEEP_FILES = 5

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def config(folder: Path, process: str) -> dict[str, Any]:
    """Django's LOGGING for one process. Files are opened when the first line is written and again after rotation."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": _json}, "people": {"()": _people}},
        "handlers": {
            "file": {"()": _File, "filename": str(folder / f"{process}.jsonl"), "formatter": "json"},
            "terminal": {"class": "logging.StreamHandler", "formatter": "people", "level": "WARNING"},
        },
        "root": {"handlers": ["file", "terminal"], "level": "INFO"},
        "loggers": {
            # What it tells of a request is in our own line for that request.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }


def tell(name: str, event: str, **said: Any) -> None:
    """One line of level info in the file alone, which each request leaves: without the machinery of loggers, which
    costs as much as finding an entity. Where there is no file (before Django is set up) it is lost."""
    handler = next((each for each in logging.root.handlers if isinstance(each, _File)), None)
    if handler is not None and logging.root.isEnabledFor(logging.INFO):
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        handler.put(_text({"event": event, **said, "level": "info", "logger": name, "timestamp": at}))


def _text(event: Any, default: Any = str) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except orjson.JSONEncodeError:  # text that is no Unicode, numbers beyond 64 bits
        return json.dumps(event, default=default)


def _json() -> logging.Formatter:
    render: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_text)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
    )


def _people() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),  # a richer one shows the values of variables, and so persons
        ],
    )


class _File(logging.Handler):
    """Appends whole lines. Several processes may write; whoever finds the file too large turns it over, and the others
    open the new one within a second."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self.path = Path(filename)
        self.file: int | None = None
        self.opened = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.put(self.format(record))
        except Exception:
            self.handleError(record)

    def put(self, line: str) -> None:
        now = time.monotonic()
        with self.lock or nullcontext():
            if self.file is None or now - self.opened > 1:
                self._open(now)
            assert self.file is not None
            os.write(self.file, f"{line}\n".encode())

    def _open(self, now: float) -> None:
        self._shut()
        if self.path.exists() and self.path.stat().st_size > KEEP_BYTES:
            turn_over(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file, self.opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), now

    def _shut(self) -> None:
        if self.file is not None:
            os.close(self.file)
            self.file = None

    def close(self) -> None:
        self._shut()
        super().close()


def turn_over(path: Path) -> None:
    """``web.jsonl`` becomes ``web.jsonl.1`` and so on; the oldest goes."""
    for number in range(KEEP_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))
