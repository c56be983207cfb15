"""Attach a file to an application, checked by its first bytes; take it away again."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import applications
from lingqu.centre.papers.models import Application as Row
from lingqu.centre.papers.models import Attachment as File
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

LARGEST = 5 << 20
"""Bytes of one file."""
MOST_FILES = 30
_MEDIA = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@transaction.atomic
def attach(actor: access.Actor, number: int, name: str, content: bytes, term: str = "") -> applications.Attached:
    """``term``: the question it answers, whose former file it replaces; of an application that was sent: empty.
    Raises ``NotFound``, ``Invalid`` (``papers.file``)."""
    row = applications.row_of(actor, number, lock=True)
    if term:
        File.objects.filter(application=row, term=term).delete()
    made = keep(row, name, content, term)
    detail = {"application": row.pk, "act": "attach", "file": made.pk, "sha256": made.sha256}
    access.record(actor, "write", entity_type="Application", count=1, detail=detail)
    return applications.Attached(made.pk, made.term, made.name, made.media, made.size, made.added_at)


def keep(row: Row, name: str, content: bytes, term: str) -> File:
    media = next((media for start, media in _MEDIA.items() if content.startswith(start)), "")
    if not media or len(content) > LARGEST:
        raise _wrong(
            Text(zh="文件应为 5 MB 以内的 PDF、PNG 或 JPEG", en="A file is a PDF, PNG or JPEG of at most 5 MB"), name
        )
    if File.objects.filter(application=row).count() >= MOST_FILES:
        raise _wrong(Text(zh=f"最多 {MOST_FILES} 份文件", en=f"At most {MOST_FILES} files"), name)
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c not in '"<>:|?*')
    return File.objects.create(
        application=row, term=term, name=plain[-120:] or "file", media=media, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), content=content, added_at=timezone.now(),
    )  # fmt: skip


def _wrong(message: Text, name: str) -> Invalid:
    step = Text(zh="换一个文件后重试", en="Choose another file and try again")
    return Invalid("papers.file", message, place=name[:120], next_step=step)
