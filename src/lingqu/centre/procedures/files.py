"""What a file of a case may be: of a known kind by its content, not by its name; small; without macros."""

from __future__ import annotations

import io
import zipfile

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

LARGEST = 10 * 1024 * 1024
MOST = 200
"""Files of one case."""
ENDINGS = (".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".ofd")
_STARTS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_WITHIN = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "OFD.xml": "application/ofd",  # GB/T 33190
}
_MEMBERS = 2_000


def checked(name: str, content: bytes) -> tuple[str, str]:
    """(name, media type). Raises ``Invalid`` (``procedures.file``)."""
    media = _media(content) if 0 < len(content) <= LARGEST else ""
    if not media:
        raise Invalid(
            "procedures.file",
            Text(
                zh="材料应为 10 MB 以内的 PDF、PNG、JPEG、DOCX、XLSX 或 OFD，且不含宏",
                en="A file is a PDF, PNG, JPEG, DOCX, XLSX or OFD of at most 10 MB, without macros",
            ),
            place="file",
            next_step=Text(zh="换一个文件，或另存为 PDF 后上传", en="Choose another, or save it as PDF and send that"),
        )
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c not in '"<>:|?*')
    return plain.strip()[-120:] or "file", media


def _media(content: bytes) -> str:
    for start, media in _STARTS.items():
        if content.startswith(start):
            return media
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            names = box.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return ""
    if len(names) > _MEMBERS or any(name.lower().endswith(("vbaproject.bin", ".exe", ".js")) for name in names):
        return ""
    return next((media for name, media in _WITHIN.items() if name in names), "")
