"""Papers of the city as code: forms, the words they are made of, the rules that merge them, and situations.

A form (表单) is fields; a field is bound to a term (``企业.名称``: a subject and one of its attributes). Forms of many
offices bound to the same terms are merged by ``lingqu.centre.papers.merge``; what may be left out because it can be
derived, fetched or is somebody else's to say stands in ``form_rules``, as data. Kinds of certificates (证照) say what
one states, who issues it, how long it counts and how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from lingqu.centre.papers.evaluate import program
from lingqu.centre.papers.grammar import names
from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

Term = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)+$")]
"""``subject.attribute``, e.g. ``企业.住所.邮编``; the subject is what stands before the first dot."""

ValueType = Annotated[str, StringConstraints(pattern=r"^(C[1-9]\d*|N[1-9]\d*(\.\d+)?|code|bool|date|text|file|sign)$")]
"""``C30`` up to 30 characters; ``N14.4`` up to 14 digits, of them up to 4 decimals; the others as they say."""

Fact = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class FormField(Part):
    """A labelled field of a form.

    ``binds`` names the term; empty while nobody has mapped the field, which is then asked for itself. ``as`` says how
    the form writes the term's value where it does not write it as it is (``left(企业.住所.区划代码, 6)``). ``where``
    keeps the rows of a repeated subject that belong here. ``when`` is a condition over facts.
    """

    seq: int = Field(ge=1)
    title: Text
    type: ValueType
    binds: Term | None = None
    codes: Code | None = Field(default=None, description="the form's own code list; the term's unless given")
    repeats: int = Field(default=1, ge=1, description="blanks printed for it")
    written_as: str = Field(default="", alias="as")
    where: str = ""
    when: str = ""
    hint: str = Field(default="", description="where the value usually comes from")


class Form(Definition):
    kind: ClassVar[str] = "form"
    folder: ClassVar[str] = "forms"

    terms: Code
    office: Fact
    status: Literal["documented", "reconstructed"] = "documented"
    source: str = ""
    fields: tuple[FormField, ...] = Field(min_length=1)

    def references(self) -> Iterator[Reference]:
        yield Reference("form_terms", self.terms, ("terms",))
        for index, field in enumerate(self.fields):
            if field.codes:
                yield Reference("code_list", field.codes, ("fields", index, "codes"))


class Attribute(Part):
    """``many``: the value is a list of its own, not a row of a repeated subject. ``asked: false``: the applicant cannot
    know it, so it is never a question."""

    title: Text
    type: ValueType
    codes: Code | None = None
    element: Code | None = Field(default=None, description="the data element whose standard it keeps")
    many: bool = False
    asked: bool = True
    when: str = ""


class Subject(Part):
    """A person, firm or thing the forms speak of. ``repeats``: there may be several, each a row."""

    title: Text
    repeats: bool = False
    when: str = ""
    attributes: dict[str, Attribute] = Field(min_length=1)


class FormTerms(Definition):
    """The words that the forms of a sector share."""

    kind: ClassVar[str] = "form_terms"
    folder: ClassVar[str] = "form_terms"

    subjects: dict[str, Subject] = Field(min_length=1)

    def references(self) -> Iterator[Reference]:
        for name, subject in self.subjects.items():
            for key, attribute in subject.attributes.items():
                path = ("subjects", name, "attributes", key)
                if attribute.codes:
                    yield Reference("code_list", attribute.codes, (*path, "codes"))
                if attribute.element:
                    yield Reference("data_element", attribute.element, (*path, "element"))


class FactOf(Part):
    """A yes or no about the situation. Conditions are made of facts."""

    title: Text


class Derivation(Part):
    """``gives`` is worked out by ``by``, an expression over other terms. ``reverse``: it runs against another rule on
    purpose (amount ↔ share), so that the ring between them is no mistake."""

    gives: Term
    by: str
    why: Text
    when: str = ""
    reverse: bool = False


class Holding(Part):
    """A register that holds terms of ``subjects``, found by ``key``: attribute of the subject → that of the entity.

    Only where every key is itself available does a holding count; a key may be a whole term of another subject, and
    then finds all rows of a repeated subject. ``gives`` maps like ``key``.
    """

    code: Code
    title: Text
    register_code: Code = Field(alias="register", description="register of the city, or the outside system's name")
    type: str = Field(
        default="", description="entity type that is read; empty for a system outside of the city's registers"
    )
    subjects: tuple[str, ...] = Field(min_length=1)
    key: dict[str, str] = Field(min_length=1)
    gives: dict[str, str] = Field(min_length=1)
    purpose: Code | None = None
    when: str = ""


class Assigned(Part):
    """Terms that an office of the procedure writes: numbers, dates, clerks."""

    office: Fact
    terms: tuple[Term, ...] = Field(min_length=1)
    why: Text


class Signed(Part):
    """Terms that one electronic signature replaces."""

    terms: tuple[Term, ...] = Field(min_length=1)
    why: Text


class Equivalence(Part):
    """``term`` is the same as ``of`` by a person's decision. ``accepted`` says whose office decided and when."""

    term: Term
    of: Term
    why: Text
    accepted: str = Field(min_length=1)
    when: str = ""
    reverse: bool = False


class Table(Part):
    """What ``lookup`` and ``matches`` read: rows of the file, or those of a register, fetched when forms are filled."""

    rows: dict[str, str] = Field(default_factory=dict)
    register_code: Code | None = Field(default=None, alias="register")
    type: str = ""
    key: str = ""
    value: str = ""


class FormRules(Definition):
    """All that lets questions be left out, each with its reason."""

    kind: ClassVar[str] = "form_rules"
    folder: ClassVar[str] = "form_rules"

    terms: Code
    offices: dict[Fact, Text] = Field(default_factory=dict)
    departments: dict[Fact, tuple[Code, ...]] = Field(
        default_factory=dict, description="office → the departments that do its work today; else one of its own code"
    )
    facts: dict[Fact, FactOf] = Field(default_factory=dict)
    tables: dict[Fact, Table] = Field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    holdings: tuple[Holding, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    signed: tuple[Signed, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()

    def references(self) -> Iterator[Reference]:
        yield Reference("form_terms", self.terms, ("terms",))
        for index, holding in enumerate(self.holdings):
            if holding.type:
                yield Reference("entity_type", holding.type, ("holdings", index, "type"))
            if holding.purpose:
                yield Reference("purpose", holding.purpose, ("holdings", index, "purpose"))


class FormSituation(Definition):
    """Which forms somebody needs, and which facts are true of him. ``audience``: on whose platform it stands."""

    kind: ClassVar[str] = "form_situation"
    folder: ClassVar[str] = "form_situations"

    rules: Code
    forms: tuple[Code, ...] = Field(min_length=1)
    true: tuple[Fact, ...] = ()
    audience: Literal["enterprise", "citizen"] = "enterprise"

    def references(self) -> Iterator[Reference]:
        yield Reference("form_rules", self.rules, ("rules",))
        for index, code in enumerate(self.forms):
            yield Reference("form", code, ("forms", index))


class Stated(Part):
    """One thing a certificate states. ``by``: worked out from what is stated before it, in the language of forms."""

    code: Fact
    title: Text
    type: ValueType = "C200"
    by: str = ""
    identifier: Literal["", "uscc", "citizen_id"] = ""
    required: bool = True


class CertificateKind(Definition):
    """``about``: the entity type of holders; who may ``issue`` about it in the issuing department issues. ``name`` and
    ``number``: which of ``states`` name and identify the holder; one holder has one living certificate of a kind.
    ``years``: how long it counts; 0 without end. ``warn_days``: how early it may be renewed."""

    kind: ClassVar[str] = "certificate"
    folder: ClassVar[str] = "certificates"

    issuer: Code
    about: Code
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}$")]
    states: tuple[Stated, ...] = Field(min_length=1)
    name: Fact
    number: Fact
    found_by: str = Field(default="", description="attribute of the holder's record that is the same as ``number``")
    years: int = Field(default=0, ge=0, le=50)
    warn_days: int = Field(default=90, ge=0, le=3650)
    layout: Literal["plain", "four_in_one"] = "plain"
    law: Text | None = None

    @model_validator(mode="after")
    def _names_what_it_states(self) -> CertificateKind:
        known: set[str] = set()
        for stated in self.states:
            if stated.code in known:
                raise ValueError(f"{stated.code} is stated twice")
            if missing := set(names(stated.by) if stated.by else ()) - known:
                raise ValueError(f"{stated.code} is worked out from {sorted(missing)}, which is not stated before it")
            if stated.by:
                program(stated.by, lambda _: "", {})
            known.add(stated.code)
        if missing := {self.name, self.number} - known:
            raise ValueError(f"name and number must be among what it states: {sorted(missing)}")
        return self

    def references(self) -> Iterator[Reference]:
        yield Reference("entity_type", self.about, ("about",))
