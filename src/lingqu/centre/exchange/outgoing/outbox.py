"""Where files wait for their consumer: ``<outbox>/<agreement>/<dispatch>/``."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from django.conf import settings


def root() -> Path:
    return Path(settings.LINGQU_OUTBOX)


def folder(agreement: str, dispatch: int) -> Path:
    return _of(agreement) / str(dispatch)


def _of(agreement: str) -> Path:
    """A number is whatever a city numbers its agreements by: it never leads out of the outbox."""
    return root() / quote(agreement, safe="").replace(".", "%2E")


def remove(agreement: str, dispatch: int) -> None:
    shutil.rmtree(folder(agreement, dispatch), ignore_errors=True)
