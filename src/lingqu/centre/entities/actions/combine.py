"""A draft of the whole entity, from what stands and what is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from lingqu.centre.entities.actions.merge import appended, merged, updated
from lingqu.centre.entities.shapes import Draft

COMBINED = {"merge": merged, "append": appended, "update": updated}


def combined(draft: Draft, row: Sequence[Any], mode: str) -> Draft:
    """``row``: the columns of ``STANDING``."""
    _, kind, types, _, _, scopes, attrs, prov, expires = row[:9]
    return replace(
        draft,
        type=kind,
        types=_types(kind, types, draft),
        scopes=() if draft.scopeless else draft.scopes or tuple(scopes),
        attrs=COMBINED[mode](orjson.loads(attrs), draft.attrs),
        prov=None if draft.prov is None else {**orjson.loads(prov), **draft.prov},
        expires_at=None if draft.endless else draft.expires_at or expires,
    )


def _types(kind: str, types: list[str], draft: Draft) -> tuple[str, ...]:
    """CIM 009: types may be added, never taken away."""
    more = [*types, draft.type, *draft.types]
    return tuple(t for t in dict.fromkeys(more) if t and t != kind)
