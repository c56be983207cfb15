"""Operations that a source may be asked for, by name and by group (CIM 009 4.20)."""

from __future__ import annotations

from collections.abc import Iterable

_TYPES = (
    *("retrieveEntityTypes", "retrieveEntityTypeDetails", "retrieveEntityTypeInfo"),
    *("retrieveAttrTypes", "retrieveAttrTypeDetails", "retrieveAttrTypeInfo"),
)
_SUBSCRIPTIONS = ("createSubscription", "updateSubscription", "retrieveSubscription", "querySubscription")
_UPDATES = ("updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs")
_RETRIEVALS = ("retrieveEntity", "queryEntity")
GROUPS: dict[str, frozenset[str]] = {
    "federationOps": frozenset({*_RETRIEVALS, "queryBatch", *_TYPES, *_SUBSCRIPTIONS, "deleteSubscription"}),
    "updateOps": frozenset(_UPDATES),
    "retrieveOps": frozenset(_RETRIEVALS),
    "redirectionOps": frozenset(
        {
            *("createEntity", "updateEntity", "appendAttrs", "updateAttrs", "deleteAttrs", "deleteEntity"),
            *("mergeEntity", "replaceEntity", "replaceAttrs", "purgeEntity"),
            *(*_RETRIEVALS, *_TYPES),
        }
    ),
}
SINGLE = frozenset().union(*GROUPS.values()) | {
    *("createBatch", "upsertBatch", "updateBatch", "deleteBatch", "mergeBatch"),
    *("upsertTemporal", "appendAttrsTemporal", "deleteAttrsTemporal", "updateAttrInstanceTemporal"),
    *("updateAttrsTemporal", "deleteAttrInstanceTemporal", "deleteTemporal", "mergeTemporal"),
    *("retrieveTemporal", "queryTemporal", "createEntityMap", "retrieveEntityMap", "updateEntityMap"),
    *("deleteEntityMap", "queryEntityMap", "createSnapshot", "cloneSnapshot", "purgeSnapshots"),
}
DEFAULT = ("federationOps",)
AUXILIARY = frozenset({"retrieveOps", "retrieveEntity", "queryEntity", "queryBatch"})
"""What a source that only adds to others' data may be asked for (4.3.6.2, 5.9.2)."""


def spread(named: Iterable[str]) -> frozenset[str]:
    """The single operations of names and groups."""
    return frozenset(each for name in named for each in GROUPS.get(name, (name,)))
