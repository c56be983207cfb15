"""What is sent to the API. Unknown members are refused; everything has a largest size."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=80)]
Word = Annotated[str, Field(max_length=400)]
Scalar = Word | int | float | bool
Told = Annotated[str, Field(max_length=2000)]
Operation = Literal[">=", "<=", "before", "after", "in", "has", "="]
Said = Scalar | dict[Operation, Scalar | Annotated[list[Scalar], Field(min_length=1, max_length=50)]]
Who = Annotated[
    dict[Name, Annotated[str, Field(min_length=1, max_length=200)]],
    Field(min_length=1, max_length=4, description="identifier attributes that are all the person's, e.g. idNumber"),
]
Items = Annotated[
    dict[Name, Said],
    Field(
        min_length=1,
        max_length=40,
        description="attribute → the value claimed, or one comparison: >=, <=, before, after, in, has",
    ),
]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ClaimForm(Form):
    reference: Annotated[str, Field(max_length=80, description="your own, given back with the answer")] = ""
    who: Who
    items: Items


class VerifyForm(Form):
    """One claim (``who``, ``items``) or a batch (``claims``)."""

    type: Name = "Person"
    agreement: Annotated[str, Field(max_length=40)] = ""
    who: Who | None = None
    items: Items | None = None
    reference: Annotated[str, Field(max_length=80)] = ""
    claims: Annotated[list[ClaimForm], Field(min_length=1, max_length=1000)] | None = None


class ConsentForm(Form):
    """Ask persons for consent under an agreement of the own department."""

    agreement: Annotated[str, Field(min_length=1, max_length=40)]
    type: Name = "Person"
    items: Annotated[list[Name], Field(min_length=1, max_length=40, description="attributes")]
    matter: Annotated[str, Field(min_length=2, max_length=200, description="what for, in words the person reads")]
    until: Annotated[datetime, Field(description="RFC 3339, with zone")]
    persons: Annotated[list[Who], Field(min_length=1, max_length=1000)]


class PaperForm(Form):
    """A signed paper, entered by the department that asked."""

    number: Annotated[str, Field(min_length=1, max_length=80, description="the paper's number")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="of the scan")]


class MessageForm(Form):
    """A message that a case waits for: a register's answer, the confirmation of a payment."""

    name: Annotated[str, Field(min_length=1, max_length=80, description="as the procedure names it")]
    answers: Annotated[
        dict[Name, bool | int | float | Annotated[str, Field(max_length=2000)]], Field(max_length=40)
    ] = {}
    key: Annotated[
        str, Field(max_length=200, description="your own number of it: what comes twice by the same key counts once")
    ] = ""


class ReceiptForm(Form):
    """What was received of a file: its data rows, and the digest of its bytes."""

    rows: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
