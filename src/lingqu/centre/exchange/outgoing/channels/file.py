"""A file in the instance's outbox, which the consumer fetches and acknowledges."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

import orjson
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.exchange import lake
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import outbox
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import base, writers


class FileTarget(base.Target):
    """``ids``: the entity's identifier as the first column."""

    format: Literal["csv", "jsonl", "xlsx", "parquet"] = "csv"
    ids: bool = False


class FileChannel(base.Channel):
    name = "file"
    Target = FileTarget

    def with_id(self, target: FileTarget) -> bool:
        return target.ids

    def send(self, work: base.Work) -> None:
        """A killed attempt leaves a folder with a dot in front, which the next one removes; what stands under the
        dispatch's number is whole."""
        at, as_of = outbox.folder(work.agreement.number, work.row.pk), timezone.now()
        at.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        for left in at.parent.glob(f".{work.row.pk}-*"):
            shutil.rmtree(left, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=f".{work.row.pk}-", dir=at.parent))
        try:
            manifest = self._made(work, making, as_of.isoformat())
            work.require_living()
            outbox.remove(work.agreement.number, work.row.pk)
            making.rename(at)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        receipt = {"manifest": manifest, "version": access.version()}
        work.put(rows_sent=manifest["file"]["rows"], digest=manifest["file"]["sha256"], receipt=receipt)
        work.row.state = "delivered"

    def _made(self, work: base.Work, folder: Path, as_of: str) -> dict[str, Any]:
        file = folder / f"{work.agreement.resource}-{work.row.pk}.{work.target.format}"
        rows = writers.write(work.target.format, file, work.columns, work.counted(work.rows()))
        told = {"name": file.name, "rows": rows, "bytes": file.stat().st_size, "sha256": digest(file)}
        manifest = {
            "file": told,
            "agreement": work.agreement.number,
            "dispatch": work.row.pk,
            "resource": work.agreement.resource,
            "purpose": work.agreement.purpose,
            "as_of": as_of,
            "columns": [c.told() for c in work.columns],
        }
        (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        for each in (file, folder / "manifest.json"):
            lake.keep(each, each, read_only=True)
        return manifest

    def self_check(self, agreement: Agreement, target: FileTarget) -> list[Finding]:
        root = outbox.root()
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o750)
            free = shutil.disk_usage(root).free
        except OSError as fault:
            return [Finding(False, str(root), str(fault), "Create the folder")]
        if not os.access(root, os.W_OK):
            return [Finding(False, str(root), "the outbox cannot be written to", "Change the folder's owner")]
        return [Finding(True, str(root), f"{free >> 20} MiB free")]


def digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
