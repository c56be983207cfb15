"""What is claimed of somebody, read and checked before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import faults
from lingqu.centre.entities.comparing import Standard, standards
from lingqu.centre.entities.schema import schemas
from lingqu.kernel.elements import CodeList, DataElement

Result = Literal["match", "no_match", "cannot_say"]
MOST_CLAIMS = 1000
"""Claims in one call."""
MOST_ITEMS = 40
MOST_CHOICES = 50


@dataclass(frozen=True)
class Claim:
    """``who``: identifier attributes that must all be the person's. ``items``: attribute → the value claimed, or one
    test of it: ``{">=": n}``, ``{"<=": n}``, ``{"before": date}``, ``{"after": date}``, ``{"in": [values]}``,
    ``{"has": true}`` (whether the register holds any value)."""

    who: Mapping[str, Any]
    items: Mapping[str, Any]
    reference: str = ""


@dataclass(frozen=True)
class Answer:
    """Never the value. ``source`` is the code of the resource that said it, ``as_of`` the day of its delivery."""

    result: Result
    source: str = ""
    as_of: date | None = None
    reason: str = ""  # of cannot_say: no_value, disputed, not_comparable


@dataclass(frozen=True)
class Verified:
    """``state``: ``answered``; ``no_authorisation``, of whom there is no record, who did not consent and whom no
    agreement reaches, all the same; ``consent_asked``, ``consent_refused``, ``consent_withdrawn``, ``consent_over``;
    ``too_many_values``: more values were tried than a day allows."""

    reference: str
    state: str
    items: Mapping[str, Answer] = field(default_factory=dict)
    since: str = ""  # day on which consent was refused, withdrawn or ended


@dataclass(frozen=True)
class Test:
    """One item of a claim, ready. ``said`` names operation and value, for counting different ones."""

    attribute: str
    operation: str
    value: Any
    said: str
    standard: Standard | None

    def of(self, value: Any) -> bool | None:
        """None where the stored value is none of its element's."""
        if self.standard is None:
            return None
        held = self.standard.form(value)
        if held is None:
            return None
        return _TESTS[self.operation](self.standard, held, self.value)


_TESTS: dict[str, Callable[[Standard, Any, Any], bool]] = {
    "=": lambda standard, held, value: standard.same(held, value),
    ">=": lambda _, held, value: bool(held >= value),
    "<=": lambda _, held, value: bool(held <= value),
    "before": lambda _, held, value: bool(held < value),
    "after": lambda _, held, value: bool(held > value),
    "in": lambda standard, held, value: any(standard.same(held, one) for one in value),
}
OPERATIONS = (*_TESTS, "has")


@dataclass(frozen=True)
class Ready:
    """``documents``: stored forms of which the person's attributes hold one each."""

    claim: Claim
    documents: tuple[Mapping[str, Any], ...]
    tests: tuple[Test, ...]
    key: str


@dataclass
class _Shelf:
    revision: int = -1
    made: dict[str, dict[str, Standard]] = field(default_factory=dict)


_shelf = _Shelf()


def of_type(entity_type: str) -> dict[str, Standard]:
    """Standards of a type's attributes, once per revision of the drawing."""
    now = access.revision()
    if _shelf.revision != now:
        _shelf.revision, _shelf.made = now, {}
    if entity_type not in _shelf.made:
        kind = schemas()[entity_type].definition
        _shelf.made[entity_type] = standards(kind, drawing.every(DataElement), drawing.every(CodeList))
    return _shelf.made[entity_type]


def same(entity_type: str, attribute: str, one: Any, other: Any) -> bool:
    """See ``door.same``."""
    standard = of_type(entity_type).get(attribute)
    forms = (None, None) if standard is None else (standard.form(one), standard.form(other))
    if standard is None or None in forms:
        return bool(one == other)
    return standard.same(*forms)


def read(entity_type: str, claims: Sequence[Claim]) -> list[Ready]:
    """Raises Invalid, naming the claim, for what cannot be asked: about any person alike."""
    if entity_type not in schemas():
        raise faults.bad("type", f"未声明的类型“{entity_type}”", f"unknown type {entity_type!r}")
    if not 1 <= len(claims) <= MOST_CLAIMS:
        zh, en = f"一次核验 1 至 {MOST_CLAIMS} 条", f"1 to {MOST_CLAIMS} claims at a time"
        raise faults.bad("claims", zh, en)
    return [_ready(entity_type, claim, f"claims[{n}]") for n, claim in enumerate(claims)]


def _ready(entity_type: str, claim: Claim, place: str) -> Ready:
    forms = identifying(entity_type, claim.who, place)
    if not 1 <= len(claim.items) <= MOST_ITEMS:
        raise faults.bad("claims", f"每条核验 1 至 {MOST_ITEMS} 项", f"1 to {MOST_ITEMS} items a claim", place)
    known = of_type(entity_type)
    tests = tuple(_test(entity_type, name, said, known.get(name), place) for name, said in claim.items.items())
    return Ready(claim, documents(entity_type, forms), tests, key(forms))


def identifying(entity_type: str, who: Mapping[str, Any], place: str) -> dict[str, tuple[str, ...]]:
    """Identifier → the forms in which the store may hold it, the normal one first. Raises Invalid."""
    names, known = schemas()[entity_type].identifiers, of_type(entity_type)
    if not who or len(who) > 4 or not set(who) <= set(names):
        zh, en = f"请用这些标识：{'、'.join(names)}", f"name the person by {', '.join(names)}"
        raise faults.bad("identifier", zh, en, place)
    found = {}
    for name, value in sorted(who.items()):
        normal = known[name].form(value) if isinstance(value, str) and len(value) <= 200 else None
        if normal is None:
            raise faults.bad("identifier", "标识为空或不是文本", "an identifier is empty or no text", f"{place} {name}")
        found[name] = tuple(dict.fromkeys((str(normal), str(value).strip())))
    return found


def documents(entity_type: str, forms: Mapping[str, tuple[str, ...]]) -> tuple[Mapping[str, Any], ...]:
    """Every combination of forms, as parts of a stored entity."""
    kind = schemas()[entity_type].definition
    combined: list[dict[str, Any]] = [{}]
    for name, spellings in forms.items():
        many = kind.attributes[name].many
        each = [{name: {"value": [s] if many else s}} for s in spellings]
        combined = [{**before, **one} for before in combined for one in each]
    return tuple(combined)


def key(forms: Mapping[str, tuple[str, ...]]) -> str:
    """The identifiers in normal form, as one text."""
    return "\n".join(f"{name}={spellings[0]}" for name, spellings in sorted(forms.items()))


def _test(entity_type: str, attribute: str, said: Any, standard: Standard | None, place: str) -> Test:
    at = f"{place} {attribute}"
    if attribute not in schemas()[entity_type].definition.attributes:
        raise faults.bad("attribute", f"没有属性“{attribute}”", f"there is no attribute {attribute!r}", at)
    operation, value = ("=", said)
    if isinstance(said, Mapping):
        if len(said) != 1:
            raise faults.bad("claims", "每项只能有一种比较", "one comparison an item", at)
        operation, value = next(iter(said.items()))
    if operation == "has":
        if not isinstance(value, bool):
            raise faults.bad("claims", "has 应为 true 或 false", "has takes true or false", at)
        return Test(attribute, "has", value, f"has {value}", standard)
    return _compared(attribute, operation, value, standard, at)


def _compared(attribute: str, operation: str, value: Any, standard: Standard | None, at: str) -> Test:
    if standard is None:
        raise faults.bad("claims", "这一项只能用 has 核验", "of this item only has can be asked", at)
    if operation not in _TESTS:
        raise faults.bad("claims", f"比较方式：{'、'.join(OPERATIONS)}", f"compare by {', '.join(OPERATIONS)}", at)
    if operation not in ("=", "in") and not standard.ordered:
        raise faults.bad("claims", "这一项没有大小先后", "this item has no order", at)
    if operation == "in":
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_CHOICES:
            raise faults.bad("claims", f"in 应为 1 至 {MOST_CHOICES} 个值", f"in takes 1 to {MOST_CHOICES} values", at)
        forms = [_formed(standard, one, at) for one in value]
        return Test(attribute, "in", forms, "in " + "|".join(sorted(map(str, forms))), standard)
    form = _formed(standard, value, at)
    return Test(attribute, operation, form, f"{operation} {form}", standard)


def _formed(standard: Standard, value: Any, at: str) -> Any:
    form = standard.form(value) if not isinstance(value, str) or len(value) <= 400 else None
    if form is None:
        raise faults.bad("claims", "不是这一项的值", "no value of this item's standard", at)
    return form
