"""What stands, changed by what is given: CIM 009 5.5.8 (append) and 5.5.12 (merge patch)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingqu.centre.entities.actions.prepare import NULL
from lingqu.centre.entities.shapes import VALUE_KEYS


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes in store form after a merge patch: instances meet by datasetId, members are merged in depth, and
    ``urn:ngsi-ld:null`` takes away."""
    return _combined(old, new, _merged_instance)


def appended(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes after an append: a given instance replaces the one with the same datasetId."""
    return _combined(old, new, lambda _, given: given)


def updated(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes after a partial update (5.5.8): the members given take the place of those of the instance with the
    same datasetId, whole; ``urn:ngsi-ld:null`` takes a member away."""
    return _combined(old, new, _updated_instance)


def _updated_instance(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = {**old, **new}
    return {key: value for key, value in both.items() if value != NULL and value != {"value": NULL}}


def _combined(old: Mapping[str, Any], new: Mapping[str, Any], combine: Any) -> dict[str, Any]:
    result = dict(old)
    for name, given in new.items():
        instances = {_dataset(i): i for i in _listed(old.get(name, []))}
        for instance in _listed(given):
            key = _dataset(instance)
            if _is_null(instance):
                instances.pop(key, None)
            else:
                instances[key] = combine(instances.get(key), instance) if key in instances else _bare(instance)
        left = list(instances.values())
        if left:
            result[name] = left[0] if len(left) == 1 else left
        else:
            result.pop(name, None)
    return result


def _listed(instances: Any) -> list[Any]:
    return instances if isinstance(instances, list) else [instances]


def _dataset(instance: Any) -> str:
    return instance.get("datasetId", "") if isinstance(instance, Mapping) else ""


def _is_null(instance: Any) -> bool:
    if not isinstance(instance, Mapping):
        return bool(instance == NULL)
    if any(instance.get(key) == NULL for key in VALUE_KEYS):
        return True
    return instance.get("languageMap") == {"@none": NULL}


def _merged_instance(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    if "type" in new and new["type"] != old.get("type"):
        return dict(_bare(new))
    return dict(_patched(old, new))


def _patched(old: Any, new: Any) -> Any:
    """RFC 7396 with ``urn:ngsi-ld:null`` in the place of null. A geometry is one value and is replaced whole."""
    if not isinstance(new, Mapping):
        return new
    if not isinstance(old, Mapping) or "coordinates" in new:
        return _bare(new)
    result = dict(old)
    for key, value in new.items():
        if value == NULL:
            result.pop(key, None)
        else:
            result[key] = _patched(result.get(key), value)
    return result


def _bare(value: Any) -> Any:
    """What is put where nothing was: without the marks that take away."""
    if isinstance(value, Mapping):
        return {k: _bare(v) for k, v in value.items() if v != NULL}
    return value
