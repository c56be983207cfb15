"""Terms to IRIs and back (CIM 009 4.4, 5.5.7): by term, without a JSON-LD processor, so that values stay verbatim.

The store writes an IRI as the core context says it (see ``entities.door``); ``Terms`` goes between a user's terms and
that form. The core context is applied last and wins.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import contexts_store

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
_DEEPEST = 16
KEPT = 60.0  # seconds
_CORE_PREFIXES = (("https://uri.etsi.org/ngsi-ld/", "ngsi-ld"),)


class Terms:
    """A user's context, ready for use."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._back: dict[str, str] = {}
        for term, iri in own.items():
            if iri not in self._back or len(term) < len(self._back[iri]):
                self._back[iri] = term
        self._prefixes = sorted(
            ((iri, term) for term, iri in own.items() if iri.endswith(("/", "#", ":"))), key=lambda p: -len(p[0])
        )

    def knows(self, name: str) -> bool:
        """Whether the user's context itself defines the name."""
        return name in self._own

    def iri(self, name: str) -> str:
        """The IRI of a term, of a prefixed name, or of an IRI (itself); unknown terms stand in the default context."""
        core = _core_terms()
        if name in core:
            return core[name]
        if name in self._own:
            return self._own[name]
        prefix, colon, rest = name.partition(":")
        if colon and not rest.startswith("//"):
            base = core.get(prefix) or self._own.get(prefix)
            return base + rest if base else name
        return name if colon else DEFAULT + name

    def stored(self, name: str) -> str:
        """The store's name for a user's name."""
        return stored(self.iri(name))

    def said(self, name: str) -> str:
        """The user's name for a store's name: a term, a prefixed name, or the whole IRI."""
        if not self._own and ":" not in name:
            return name
        iri = whole(name)
        if iri in self._back:
            return self._back[iri]
        if ":" not in name and name not in self._own:
            return name
        for base, prefix in (*self._prefixes, *_CORE_PREFIXES):
            if iri.startswith(base) and len(iri) > len(base):
                return f"{prefix}:{iri[len(base) :]}"
        return iri


@lru_cache(1)
def _core_terms() -> dict[str, str]:
    return _resolved(contexts_store.core(), {}, scoped=True)


@lru_cache(1)
def _core_back() -> dict[str, str]:
    return {iri: term for term, iri in _core_terms().items()}


def whole(name: str) -> str:
    """The IRI of a store's name."""
    if ":" in name:
        return name
    return _core_terms().get(name, DEFAULT + name)


def stored(iri: str) -> str:
    """The store's name of an IRI: the core's term, the last part in the default context, or the IRI."""
    if (term := _core_back().get(iri)) is not None:
        return term
    rest = iri.removeprefix(DEFAULT)
    return rest if rest != iri and rest and ":" not in rest and rest not in _core_terms() else iri


def terms(context: Any) -> Terms:
    """The terms of an ``@context`` (address, object, or list of them; None is the core alone). Kept by content."""
    if context in (None, [], {}) or (isinstance(context, str) and contexts_store.is_core(context)):
        return CORE
    text = orjson.dumps(context)
    return _kept(text, access.tenancy.current(), int(time.monotonic() / KEPT) if b"://" in text else 0)


def checked(context: Any) -> None:
    """Whether it has the form of a context; addresses in it are not asked. Raises Invalid (``ngsi_ld.context``)."""
    each = context if isinstance(context, list) else [context]
    for part in each:
        if isinstance(part, Mapping):
            _resolved(part, {})
        elif not isinstance(part, str) or ":" not in part:
            raise _wrong(str(part)[:80], "is no context")


def forget() -> None:
    _kept.cache_clear()


@lru_cache(256)
def _kept(text: bytes, tenant: str, _: int) -> Terms:
    """Only what succeeded is kept, and a context with an address a minute: another process may have had it anew.
    What a tenant hosts is a tenant's."""
    own: dict[str, str] = {}
    _collect(orjson.loads(text), own, 0)
    return Terms(own)


def _collect(context: Any, own: dict[str, str], depth: int) -> None:
    if depth > _DEEPEST:
        raise _wrong("@context", "contexts are nested too deeply")
    if isinstance(context, list):
        for part in context:
            _collect(part, own, depth + 1)
    elif isinstance(context, str):
        if not contexts_store.is_core(context):
            if ":" not in context and not context.startswith(contexts_store.HOSTED):
                raise _wrong(context, "is not the address of a context")
            document = contexts_store.fetch(context)
            if not isinstance(document, Mapping) or "@context" not in document:
                raise _wrong(context, "holds no @context")
            _collect(document["@context"], own, depth + 1)
    elif isinstance(context, Mapping):
        own |= _resolved(context, own)
    elif context is not None:
        raise _wrong(str(context), "is no context")


def _resolved(context: Mapping[str, Any], before: Mapping[str, str], *, scoped: bool = False) -> dict[str, str]:
    """``scoped``: terms may bring a context of their own, which only the core's do (5.5.7)."""
    raw = {**before}
    for term, definition in context.items():
        if isinstance(definition, Mapping) and "@context" in definition and not scoped:
            raise _wrong(term, "brings a scoped context, which NGSI-LD does not have")
        iri = definition.get("@id") if isinstance(definition, Mapping) else definition
        if isinstance(iri, str) and not term.startswith("@") and not iri.startswith("@"):
            raw[term] = iri
        elif definition is not None and not isinstance(definition, str | Mapping | bool | int | float):
            raise _wrong(term, "is no definition of a term")
    return {term: _absolute(iri, raw, 0) for term, iri in raw.items()}


def _absolute(iri: str, raw: Mapping[str, str], depth: int) -> str:
    prefix, colon, rest = iri.partition(":")
    if colon and not rest.startswith("//") and prefix in raw and depth < _DEEPEST:
        return _absolute(raw[prefix], raw, depth + 1) + rest
    return iri if colon else DEFAULT + iri


def _wrong(place: str, why: str) -> Invalid:
    return Invalid("ngsi_ld.context", Text(zh=f"@context 有误：{place}", en=f"{place} {why}"), place=place)


CORE = Terms({})
