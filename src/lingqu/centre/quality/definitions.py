"""Quality rules of the city as code, beyond what data elements already say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

OnFail = Literal["row", "value", "note"]
"""row: the row is quarantined; value: the value is left out, the row stays; note: counted and shown."""


class Condition(Part):
    """A comparison between items, or of an item with a constant; compiled to SQL, never spliced."""

    item: Code
    is_: Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "present", "absent", "matches"] = Field(alias="is")
    to: Code | None = Field(default=None, description="another item")
    value: str | float | tuple[str, ...] | None = None


class Rule(Part):
    """``check``: condition (``then`` must hold where all of ``when`` hold), unique (``items`` together occur once),
    reference (``item`` occurs as ``to_item`` of the resource ``to_resource``), derived (``item`` agrees with what the
    identifier in ``identifier_item`` says: birth date, sex or region of a citizen ID)."""

    code: Code
    title: Text
    check: Literal["condition", "unique", "reference", "derived"]
    on_fail: OnFail = "note"
    when: tuple[Condition, ...] = ()
    then: Condition | None = None
    items: tuple[Code, ...] = ()
    item: Code | None = None
    to_resource: Code | None = None
    to_item: Code | None = None
    identifier_item: Code | None = None
    part: Literal["birth_date", "sex", "region"] | None = None


class RuleSet(Definition):
    """The rules of one resource, and what to do when an element's own rule fails.

    ``on_fail`` gives for an item what happens when its data element's rule fails (default: ``value``; ``row`` for
    required items).
    """

    kind: ClassVar[str] = "rule_set"
    folder: ClassVar[str] = "quality"

    resource: Code
    rules: tuple[Rule, ...] = ()
    on_fail: dict[Code, OnFail] = Field(default_factory=dict)
    target_score: float = Field(default=0.95, ge=0, le=1)

    def references(self) -> Iterator[Reference]:
        yield Reference("resource", self.resource, ("resource",))
        for index, rule in enumerate(self.rules):
            if rule.to_resource:
                yield Reference("resource", rule.to_resource, ("rules", index, "to_resource"))
