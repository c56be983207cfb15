"""In which terms a source is asked, and in which it answers (CIM 009 4.3.6.5, 4.3.6.6, 6.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.centre.entities.door import Draft
from lingqu.protocols.ngsi_ld import compact, http
from lingqu.protocols.ngsi_ld.contexts_store import CORE_URL, is_core
from lingqu.protocols.ngsi_ld.expand import NULL
from lingqu.protocols.ngsi_ld.sources.known import Known
from lingqu.protocols.ngsi_ld.terms import CORE, Terms, terms


@dataclass(frozen=True)
class Wire:
    """``link`` is a context's address; without one names go out as the core has them, or whole. ``same``: in the words
    of who asks."""

    terms: Terms
    link: str = ""
    inline: bool = False
    accept: str = http.JSON
    same: bool = False

    @property
    def media(self) -> str:
        return http.LD if self.inline else http.JSON

    def headers(self, body: bool) -> dict[str, str]:
        found = {"Accept": self.accept}
        if body:
            found["Content-Type"] = self.media
        if self.link and not (body and self.inline):
            found["Link"] = f'<{self.link}>; rel="{http.CONTEXT_REL}"; type="{http.LD}"'
        return found

    def body(self, document: Any) -> Any:
        """With its context inside, where the source wants it so."""
        if not self.inline:
            return document
        named = self.link or CORE_URL
        if isinstance(document, list):
            return [{**each, "@context": named} for each in document]
        return {**document, "@context": named}

    def entity(self, draft: Draft, *, typed: bool = True) -> dict[str, Any]:
        """A draft, or the fragment that it is, normalized."""
        shape = compact.Shape(self.terms, sys_attrs=True)
        types = [self.terms.said(t) for t in (draft.type, *draft.types) if t]
        found: dict[str, Any] = {"id": draft.id} if typed else {}
        if types and typed:
            found["type"] = types[0] if len(types) == 1 else types
        if draft.scopes or draft.scopeless:
            found["scope"] = NULL if draft.scopeless else list(draft.scopes)
        if draft.expires_at:
            found["expiresAt"] = compact.moment(draft.expires_at)
        return found | {self.terms.said(n): compact.attribute(i, shape) for n, i in draft.attrs.items()}


def of(source: Known, context: Any) -> Wire:
    """The terms of who asks, where others can have their context too; or those that the source was registered with."""
    accept = source.headers.get("accept", http.JSON)
    inline = source.headers.get("contentType", http.JSON) == http.LD
    if named := source.headers.get("jsonldContext"):
        return Wire(terms(named), named, False, accept)
    if isinstance(context, list):
        own = [c for c in context if not (isinstance(c, str) and is_core(c))]
        context = own[0] if len(own) == 1 else own or None
    if isinstance(context, str) and context.startswith(("http://", "https://")) and not is_core(context):
        return Wire(terms(context), context, inline, accept, True)
    return Wire(CORE, "", inline, accept, terms(context) is CORE)


def read(wire: Wire, document: Any, link: str | None) -> Terms:
    """The terms of an answer: those it names, else those that were asked in. Raises what a context raises."""
    named = document.get("@context") if isinstance(document, Mapping) else None
    if isinstance(named, list) and named and all(isinstance(n, str) for n in named):
        named = next((n for n in named if not is_core(n)), named[0])
    named = named or link
    if named is None or named == wire.link:
        return wire.terms
    return terms(named)
