"""What may be sent to a form: no more than one delivery may be, and by strangers no file to speak of.

The body is read before any page is asked, to look for the token of the form; a page's own check would come too late.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from lingqu.centre.exchange import door as exchange

AROUND = 64 * 1024
"""Bytes of a form around its file."""


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep files; hands everything on to them."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        session = getattr(self.request, "session", None)
        known = session is not None and SESSION_KEY in session
        most = exchange.largest() if known else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if content_length > most + AROUND:
            raise RequestDataTooBig(f"{content_length} bytes are more than {most}")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
