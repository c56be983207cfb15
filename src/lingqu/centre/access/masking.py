"""What of a value is shown."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.grants import covering, once
from lingqu.centre.access.policy import policy
from lingqu.kernel.elements import Mask

_HOUSE = re.compile(r"[0-9０-９]")
_ROAD = re.compile(r"^.*(?:路|街|道|胡同|巷|里|屯|村|镇|乡|(?<!社)区|县|市)")
_VALUE_KEYS = ("value", "object", "json", "vocab", "valueList", "objectList", "languageMap")


def name(value: str) -> str:
    """张小明 → 张**; of a name in Latin letters the first letter."""
    return value[:1] + "*" * max(1, min(len(value) - 1, 3))


def identity(value: str) -> str:
    """230102199001011234 → 2301**********1234"""
    return value[:4] + "*" * (len(value) - 8) + value[-4:] if len(value) > 10 else "*" * len(value)


def phone(value: str) -> str:
    """+8613812341234 → 138****1234"""
    value = value.removeprefix("+86")
    return value[:3] + "****" + value[-4:] if len(value) >= 11 else "*" * max(len(value) - 2, 0) + value[-2:]


def address(value: str) -> str:
    """The address up to the road: what stands behind it is left out."""
    road = _ROAD.match(_HOUSE.split(value, maxsplit=1)[0])
    return (road.group() if road else value[: min(6, len(value) // 2)]) + "***"


def date(value: str) -> str:
    """1990-01-01 → 1990"""
    return value[:4]


def digest(value: str) -> str:
    """The same value gives the same token in one instance and tells nothing outside of it."""
    return hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()[:12]


_MASKS: dict[Mask, Callable[[str], str]] = {
    "name": name,
    "identity": identity,
    "phone": phone,
    "address": address,
    "date": date,
    "hash": digest,
}


def masked(mask: Mask, value: Any) -> Any:
    """A plain value behind its mask; members of lists and maps each by themselves. ``absent`` gives None."""
    if mask == "none" or value is None:
        return value
    if mask == "absent":
        return None
    if isinstance(value, list):
        return [masked(mask, v) for v in value]
    if isinstance(value, Mapping):
        return {k: masked(mask, v) for k, v in value.items()}
    return _MASKS[mask](str(value))


def masks(
    actor: Actor,
    entity_type: str,
    owner: str = "",
    region: str = "",
    entity_id: str = "",
    reached: tuple[int, ...] | None = (),
) -> dict[str, Mask]:
    """Attribute → how it is masked for this actor; what is shown as it is is not in it. ``*`` → ``absent`` where only
    the attributes named with ``none`` may be seen. What an agreement or a condition grants counts where ``reached``
    says that it reaches this row."""
    if actor.kind == "system":
        return {}
    standing = policy().facts(entity_type).masks
    grants = [h.grant for h in covering(actor, "read", entity_type, owner, region, entity_id, reached)]
    if any(g.unmasked and "*" in g.attributes and not g.mask for g in grants):
        return {}
    named = {a for g in grants for a in (*g.attributes, *g.mask)} - {"*"}
    whole = any("*" in g.attributes for g in grants)
    found = {a: _weakest(a, grants, standing) for a in {*standing, *named}}
    shown = {a: m for a, m in found.items() if m != "none" or not whole}
    return shown if whole else {**shown, "*": "absent"}


def masks_of_all(actor: Actor, entity_type: str) -> dict[str, Mask] | None:
    """See ``door.masks_of_all``."""
    return once(_of_all, actor, "read", entity_type)[0]


def _of_all(actor: Actor, _: Action, entity_type: str) -> tuple[dict[str, Mask] | None]:
    grants = [each.grant if each.plain else None for each in covering(actor, "read", entity_type)]
    if any(g is None or g.owners or g.regions or g.rows not in ("all", "public") for g in grants):
        return (None,)
    return (masks(actor, entity_type),)


def hidden(actor: Actor, entity_type: str) -> dict[str, Mask]:
    """Like ``masks``, for the row the actor sees least of: what some grant alone would mask is masked."""
    if actor.kind == "system":
        return {}
    standing = policy().facts(entity_type).masks
    grants = [h.grant for h in covering(actor, "read", entity_type)]
    found: dict[str, Mask] = {} if grants else {"*": "absent"}
    for grant in grants:
        named = {*standing, *grant.mask, *grant.attributes} - {"*"}
        alone = {a: _weakest(a, [grant], standing) for a in named}
        found |= {a: how for a, how in alone.items() if how != "none"}
        if "*" not in grant.attributes:
            found["*"] = "absent"
    return found


_STRENGTH: list[Mask] = ["none", "date", "name", "phone", "identity", "address", "hash", "absent"]


def _weakest(attribute: str, grants: list[Any], standing: Mapping[str, Mask]) -> Mask:
    offers: list[Mask] = ["absent"]
    for grant in grants:
        if "*" in grant.attributes or attribute in grant.attributes:
            usual = "none" if grant.unmasked else standing.get(attribute, "none")
            offers.append(grant.mask.get(attribute, usual))
    return min(offers, key=_STRENGTH.index)


def mask_of(found: Mapping[str, Mask], attribute: str) -> Mask:
    return found.get(attribute, found.get("*", "none"))


def mask_instances(mask: Mask, instances: Any) -> Any:
    """An attribute in store form behind its mask; sub-attributes of a masked attribute are left out."""
    if isinstance(instances, list):
        return [mask_instances(mask, i) for i in instances]
    kept = {k: v for k, v in instances.items() if k in ("type", "datasetId", "unitCode", "observedAt")}
    for key in _VALUE_KEYS:
        if key in instances:
            kept[key] = masked(mask, instances[key])
    return kept


def mask(
    actor: Actor,
    entity_type: str,
    attributes: Mapping[str, Any],
    owner: str = "",
    region: str = "",
    entity_id: str = "",
) -> dict[str, Any]:
    """See ``door.mask``."""
    return apply(masks(actor, entity_type, owner, region, entity_id), attributes)


def apply(found: Mapping[str, Mask], attributes: Mapping[str, Any]) -> dict[str, Any]:
    if not found:
        return dict(attributes)
    shown = {}
    for attribute, instances in attributes.items():
        how = mask_of(found, attribute)
        if how == "none" or instances is None:
            shown[attribute] = instances
        elif how != "absent":
            shown[attribute] = mask_instances(how, instances)
    return shown
