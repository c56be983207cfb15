"""Structured logs: one JSON object a line in ``logs/<process>.jsonl``; in a terminal as people read them."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

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


def _json() -> logging.Formatter:
    render: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
    )


def _people() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
    )


class _File(logging.Handler):
    """Appends whole lines. Several processes may write; whoever finds the file too large turns it over."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self.path = Path(filename)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + "\n"
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as out:
                out.write(line)
                size = out.tell()
            if size > KEEP_BYTES:
                turn_over(self.path)
        except Exception:
            self.handleError(record)


def turn_over(path: Path) -> None:
    """``web.jsonl`` becomes ``web.jsonl.1`` and so on; the oldest goes."""
    for number in range(KEEP_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))
