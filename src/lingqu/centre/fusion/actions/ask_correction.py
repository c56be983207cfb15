"""Say that a fact is wrong. It goes to the department that gave it, and is marked as contested meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import corrections
from lingqu.centre.fusion.models import Correction, CorrectionEvidence
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def ask(
    actor: Actor, entity_id: str, attribute: str, claimed: str, words: str, evidence: tuple[str, bytes] | None
) -> corrections.Corrected:
    """See ``door.ask_correction``."""
    entity = entities.get(actor, entity_id)
    kind = entities.entity_types().get(entity.type)
    claimed, words = " ".join(claimed.split()), words.strip()
    if kind is None or attribute not in kind.attributes or kind.attributes[attribute].kind != "Property":
        raise _wrong("这一项不能更正", "This item cannot be corrected here", "attribute")
    if attribute not in entity.attrs and not access.may(actor, "read", entity.type, entity.owner, entity.region):
        raise access.refusal(actor, "read", entity.type, entity.owner, place=attribute)
    if not 1 <= len(claimed) <= 400 or not 2 <= len(words) <= 1000:
        raise _wrong("请写明正确的内容和理由", "Write what is right, and why", "claimed")
    held = entity.value(attribute)
    if entities.same(entity.type, attribute, held, claimed):
        raise _wrong("所写内容与登记的一致", "That is what the register holds", "claimed")
    if Correction.objects.filter(
        entity_id=entity_id, attribute=attribute, state__in=corrections.LIVING, asked_by=actor.name
    ).exists():
        raise Conflict(
            "correction.open",
            Text(zh="这一项您已申请更正，正在办理", en="You have asked to correct this already"),
            next_step=Text(zh="查看办理进度", en="See how it stands"),
        )
    resource, department = _source(entity, attribute)
    now = timezone.now()
    row = Correction(
        entity_id=entity_id,
        entity_type=entity.type,
        attribute=attribute,
        held=held,
        claimed=claimed,
        words=words,
        resource=resource,
        department=department,
        asked_by=actor.name,
        by_person=actor.is_of(entity_id, "apply"),
        asking_department=actor.department,
        asked_at=now,
        due_at=catalogue.due(now, catalogue.sharing_rules().correct.days),
    )
    corrections.staged(row, "asked", actor, words)
    row.save(force_insert=True)
    if evidence is not None:
        _keep(row, *evidence)
    entities.contest(entity_id, attribute, True, f"correction:{row.number}")
    corrections.noted(row, actor, "asked")
    return corrections.told(row)


def _source(entity: entities.Entity, attribute: str) -> tuple[str, str]:
    """The resource that gave the value, and its department; of a value nobody gave, the owner of the record."""
    prov = entity.prov.get(attribute)
    code = str(prov.get("s", "")) if isinstance(prov, Mapping) else ""
    resource = catalogue.resources().get(code)
    return code, resource.department if resource else entity.owner


def _keep(row: Correction, name: str, content: bytes) -> None:
    name, media = corrections.checked(name, content)
    digest = hashlib.sha256(content).hexdigest()
    CorrectionEvidence.objects.create(correction=row, name=name, media=media, sha256=digest, content=content)


def _wrong(zh: str, en: str, place: str) -> Any:
    return Invalid("correction.claim", Text(zh=zh, en=en), place=place)
