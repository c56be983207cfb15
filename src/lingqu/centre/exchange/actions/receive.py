"""Keep the bytes of a delivery as they came."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import lake, limits, models, reads
from lingqu.centre.exchange.records import Delivery, of_row
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text

CHANNEL = "lingqu_delivery"


def receive(actor: access.Actor, source: str, name: str, data: BinaryIO | Path) -> Delivery:
    definition = reads.source(source)
    owner = catalogue.resource(definition.resource).department
    if actor.kind != "system":
        access.require(actor, "steward", owner=owner)
    with lake.scratch() as folder:
        kept = folder / "raw"
        sha256, size = _copy(data, kept)
        if size == 0:
            raise limits.unreadable("empty", "文件是空的", "The file is empty", name)
        with transaction.atomic():
            row, new = models.Delivery.objects.get_or_create(
                source=source,
                sha256=sha256,
                defaults={
                    "resource": definition.resource,
                    "name": safe_name(name),
                    "size": size,
                    "received_by": actor.name[:200],
                },
            )
            if new or not _raw_stands(row):
                lake.keep(kept, lake.lake().raw(source, row.pk) / row.name, read_only=True)
            if row.state == "refused":  # the city may have mended the source since: try again
                row.state, row.error = "received", None
                row.save(update_fields=["state", "error"])
            if not new and actor.kind != "system":
                _deliver_again(actor, row)
            if new and actor.kind != "system":
                access.record(
                    actor, "write", entity_type="Delivery", count=1, detail={"source": source, "name": row.name}
                )
            wake(row.pk)
    return of_row(row, again=not new)


def _deliver_again(actor: access.Actor, row: models.Delivery) -> None:
    """A person who brings earlier bytes once more means them: they count as delivered last, withdrawn or not. What a
    connector finds again does not, or two files in one folder would take turns for ever."""
    newest = (
        models.Delivery.objects.filter(source=row.source).exclude(state="withdrawn").order_by("-received_at", "-id")
    )
    if row.state != "withdrawn" and newest.first() == row:
        return
    row.received_at, by = timezone.now(), actor.name[:200]
    row.notes = [*row.notes, {"zh": f"再次报送：{by}", "en": f"Delivered again by {by}"}]
    if row.state == "withdrawn":
        row.state = "received"
    row.save(update_fields=["received_at", "notes", "state"])
    access.record(actor, "write", entity_type="Delivery", count=1, detail={"again": row.pk, "source": row.source})


def _raw_stands(row: models.Delivery) -> bool:
    return (lake.lake().raw(row.source, row.pk) / row.name).is_file()


def _copy(data: BinaryIO | Path, to: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes of what was copied. Raises ``Invalid`` beyond the size limit."""
    if isinstance(data, Path):
        with data.open("rb") as file:
            return _copy(file, to)
    digest, size, most = hashlib.sha256(), 0, limits.current().file_bytes
    with to.open("wb") as out:
        while chunk := data.read(1 << 20):
            size += len(chunk)
            if size > most:
                raise limits.too_large("")
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest(), size


def safe_name(name: str) -> str:
    """A file name that stays in its folder: no path, no control signs, not hidden, at most 200 bytes."""
    last = re.split(r"[/\\]", _readable(name))[-1]
    last = re.sub(r"[\x00-\x1f\x7f‪-‮⁦-⁩]", "", last).strip().lstrip(".")
    while len(last.encode()) > 200:
        last = last[1:]
    return last or "delivery"


def _readable(name: str) -> str:
    """What a folder gave as bytes that are no UTF-8 (PEP 383) is a name in GB 18030, as older systems write them."""
    try:
        return name.encode(errors="surrogateescape").decode()
    except UnicodeEncodeError:
        return name.encode(errors="replace").decode()
    except UnicodeDecodeError:
        return name.encode(errors="surrogateescape").decode("gb18030", errors="replace")


def wake(delivery: int) -> None:
    """Tell whoever listens on PostgreSQL's channel ``lingqu_delivery``, once the transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(delivery)])


@transaction.atomic
def withdraw(actor: access.Actor, delivery: int, reason: str) -> Delivery:
    """Take a delivery out of the resource's content. Its bytes stay."""
    row = reads.row(delivery, locked=True)
    if actor.kind != "system":
        access.require(actor, "steward", owner=catalogue.resource(row.resource).department)
    if row.state == "withdrawn":
        raise Conflict("delivery.withdrawn", Text(zh="该交付已撤回", en="The delivery is already withdrawn"))
    row.state = "withdrawn"
    row.notes = [*row.notes, {"zh": f"撤回：{reason}", "en": f"Withdrawn: {reason}"}]
    row.save(update_fields=["state", "notes"])
    if actor.kind != "system":
        access.record(actor, "write", entity_type="Delivery", count=1, detail={"withdrawn": delivery, "reason": reason})
    return of_row(row)
