"""The drawing's roles and what access has to know of its types, compiled once per revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from lingqu.centre.access import standing
from lingqu.centre.access.definitions import Grant, Purpose, Role
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.elements import DataElement, Mask
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class TypeFacts:
    """``masks``: attribute → mask of its data element, for attributes that are about a natural person."""

    public: bool = False
    personal: bool = False
    masks: Mapping[str, Mask] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    revision: int
    roles: Mapping[str, Role]
    types: Mapping[str, TypeFacts]
    anonymous: tuple[str, ...]
    public: Grant
    personal: tuple[str, ...]
    purposes: Mapping[str, Purpose]
    departments: Mapping[str, Text]

    def facts(self, entity_type: str) -> TypeFacts:
        return self.types.get(entity_type, _UNKNOWN)

    def delay(self, purpose: str) -> timedelta:
        """How much later a person is shown what was read for it."""
        found = self.purposes.get(purpose_code(purpose))
        return timedelta(days=found.delay_days if found else 0)

    def states(self, purpose: str) -> bool:
        """Whether these words state a purpose: one of the city's, where it has any."""
        return bool(purpose) and (not self.purposes or purpose_code(purpose) in self.purposes)


P = ParamSpec("P")
R = TypeVar("R")
_UNKNOWN = TypeFacts()
_PUBLIC = Grant(actions=("read",), rows="public")
_held: list[Policy] = []
_pinned: ContextVar[int | None] = ContextVar("drawing_revision", default=None)


def steady(act: Callable[P, R]) -> Callable[P, R]:
    """One revision of the drawing for all that the function does: it is asked for once."""

    @wraps(act)
    def pinned(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _pinned.set(revision())
        try:
            return act(*args, **kwargs)
        finally:
            _pinned.reset(token)

    return pinned


def revision() -> int:
    found = _pinned.get()
    if found is not None:
        return found
    standing.ask_once()
    return drawing.revision()


def purpose_code(purpose: str) -> str:
    """A purpose is a code, or a code with words behind a colon: ``casework: no. 12``."""
    return purpose.partition(":")[0].strip()


def serves(grant: Grant, purpose: str) -> bool:
    """A purpose that is shown to persons later serves only what names it: nobody hides a look by choosing it."""
    code = purpose_code(purpose)
    if code in grant.purposes or "*" not in grant.purposes:
        return code in grant.purposes
    delayed = _held[0].purposes.get(code) if _held else None
    return delayed is None or not delayed.delay_days


def basis_of(purpose: str) -> str:
    """The legal basis of a purpose, in Chinese, as the ledger keeps it."""
    found = policy().purposes.get(purpose_code(purpose)) if purpose else None
    return found.basis.zh if found else ""


def policy() -> Policy:
    """The policy of the drawing as it stands; one small query tells whether it changed."""
    now = revision()
    if not _held or _held[0].revision != now:
        _held[:] = [_compile(now)]
    return _held[0]


def _compile(revision: int) -> Policy:
    roles = dict(drawing.every(Role))
    elements = drawing.every(DataElement)
    placed = drawing.placed()
    documents = {p.code: p.document for p in placed if p.kind == "entity_type"}
    types = {code: _facts(document, elements) for code, document in documents.items()}
    return Policy(
        revision=revision,
        roles=roles,
        types=types,
        anonymous=tuple(code for code, role in roles.items() if role.anonymous),
        public=_PUBLIC.model_copy(update={"types": tuple(c for c, t in types.items() if t.public)}),
        personal=tuple(sorted(c for c, t in types.items() if t.personal)),
        purposes=dict(drawing.every(Purpose)),
        departments={
            p.code: Text.model_validate(p.document.get("title", p.code)) for p in placed if p.kind == "department"
        },
    )


def _facts(document: Mapping[str, object], elements: Mapping[str, DataElement]) -> TypeFacts:
    masks: dict[str, Mask] = {}
    attributes = document.get("attributes")
    for name, attribute in attributes.items() if isinstance(attributes, dict) else ():
        element = elements.get(attribute.get("element", ""))
        if element is not None and element.personal != "none" and element.mask != "none":
            masks[name] = element.mask
    return TypeFacts(bool(document.get("public")), bool(document.get("personal")), masks)
