"""Private to the room: use ``door``."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Account(AbstractUser):
    """Who signs in: a person, or a department's system or device with a key. Roles are codes of the drawing's roles,
    held within a department and region."""

    KINDS = (("person", "person"), ("client", "client"), ("device", "device"))
    kind = models.CharField(max_length=10, choices=KINDS, default="person")
    valid_until = models.DateTimeField(null=True, blank=True)

    display_name = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=12, blank=True)
    roles = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    person = models.CharField(max_length=200, blank=True, help_text="id of the Person entity this account is of")
    demo = models.BooleanField(default=False)

    class Meta:
        db_table = "access_account"

    def __str__(self) -> str:
        return self.display_name or self.username


class Credential(models.Model):
    """A key or certificate that opens an account. Of a key only its digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=12, help_text="key, certificate")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256")
    hint = models.CharField(max_length=80, help_text="the key's beginning, the certificate's subject")
    title = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        db_table = "access_credential"

    def __str__(self) -> str:
        return f"{self.kind} {self.hint}"


class Delegation(models.Model):
    """Roles that one person lends another until a moment, within the giver's own department and region."""

    giver = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="lent_by_me")
    taker = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="lent_to_me")
    roles = ArrayField(models.CharField(max_length=80))
    reason = models.CharField(max_length=200)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_delegation"

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker} {', '.join(self.roles)}"


class Representation(models.Model):
    """That a person may act for an entity because the registers say so: worked out from them, see ``representing``."""

    rule = models.CharField(max_length=80)
    representative = models.CharField(max_length=200, db_collation="C", help_text="id of a person's entity")
    represented = models.CharField(max_length=200, db_collation="C", help_text="id of an entity")
    type = models.CharField(max_length=80)
    label = models.CharField(max_length=400, blank=True)
    via = models.CharField(max_length=200, db_collation="C", blank=True, help_text="id of the entity between them")
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_representation"
        constraints = [
            models.UniqueConstraint(fields=["representative", "represented", "rule"], name="access_representation_one")
        ]
        indexes = [
            models.Index(fields=["represented"], name="access_representation_of"),
            models.Index(fields=["via"], name="access_representation_via"),
        ]

    def __str__(self) -> str:
        return f"{self.representative} {self.rule} {self.represented}"


class Mandate(models.Model):
    """That an account lets another act for an entity, until a moment. Nothing but its answer and its end changes."""

    number = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=200, db_collation="C", help_text="id of the entity acted for")
    entity_type = models.CharField(max_length=80)
    label = models.CharField(max_length=400, blank=True)
    giver = models.CharField(max_length=150, help_text="name of an account")
    giver_person = models.CharField(max_length=200, db_collation="C")
    taker = models.CharField(max_length=150, help_text="name of an account")
    does = ArrayField(models.CharField(max_length=20))
    services = ArrayField(models.CharField(max_length=80), default=list, help_text="codes of procedures; none: all")
    words = models.CharField(max_length=200, blank=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "access_mandate"
        indexes = [
            models.Index(fields=["giver"], name="access_mandate_giver"),
            models.Index(fields=["taker"], name="access_mandate_taker"),
            models.Index(fields=["entity"], name="access_mandate_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.giver} → {self.taker}"


class Proposal(models.Model):
    """A dangerous act that one account proposed and that another has to second before it is done."""

    act = models.CharField(max_length=40)
    arguments = models.JSONField()
    dangers = ArrayField(models.CharField(max_length=40), default=list)
    reason = models.CharField(max_length=400)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked", help_text="asked, done, refused")
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=400, blank=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        db_table = "access_proposal"
        indexes = [models.Index(fields=["state", "expires_at"]), models.Index(fields=["asked_by"])]

    def __str__(self) -> str:
        return f"{self.act} {self.asked_by} {self.state}"


class StandingGrant(models.Model):
    """What an agreement grants to a department: its systems, or its people who hold one of ``people_roles``.

    Bound to an agreement by number; ended, never deleted. Every change raises ``access_version`` (trigger).
    """

    agreement = models.CharField(max_length=40)
    department = models.CharField(max_length=80)
    accounts = ArrayField(models.CharField(max_length=150), default=list, help_text="systems by name; empty: all")
    people_roles = ArrayField(models.CharField(max_length=80), default=list)
    grant = models.JSONField(help_text="a Grant, as of the drawing's roles")
    consent = models.BooleanField(default=False, help_text="only persons whose consent is living")
    basis = models.CharField(max_length=400, blank=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "access_grant"
        indexes = [models.Index(fields=["department"]), models.Index(fields=["agreement"])]

    def __str__(self) -> str:
        return f"{self.agreement} → {self.department}"


class Consent(models.Model):
    """What one person consented to (PIPL 13(1), 14, 15, 29): asked, given, refused or withdrawn; never deleted."""

    number = models.BigAutoField(primary_key=True)
    person = models.CharField(max_length=200, db_collation="C", help_text="id of the Person entity")
    agreement = models.CharField(max_length=40)
    department = models.CharField(max_length=80, help_text="who may read")
    items = ArrayField(models.CharField(max_length=80), default=list, help_text="attributes")
    matter = models.CharField(max_length=200, help_text="what for, in words")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    given_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=20, blank=True, help_text="page, paper")
    evidence = models.CharField(max_length=200, blank=True, help_text="number and SHA-256 of a signed paper")

    class Meta:
        db_table = "access_consent"
        indexes = [models.Index(fields=["person", "agreement"]), models.Index(fields=["agreement"])]

    def __str__(self) -> str:
        return f"{self.person} {self.agreement}"


class Usage(models.Model):
    """What was read in a day of the city under an agreement, or by somebody's role with a quantity."""

    agreement = models.CharField(max_length=300, help_text="its number, or: role of name")
    day = models.DateField()
    calls = models.BigIntegerField(default=0)
    entities = models.BigIntegerField(default=0)

    class Meta:
        db_table = "access_usage"
        constraints = [models.UniqueConstraint(fields=["agreement", "day"], name="access_usage_day")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.day} {self.entities}"


class Objection(models.Model):
    """A person's objection to one look at the record, or to processing; answered by the department, never deleted."""

    number = models.BigAutoField(primary_key=True)
    person = models.CharField(max_length=200, db_collation="C", help_text="id of the Person entity")
    department = models.CharField(max_length=80, help_text="who answers")
    look = models.BigIntegerField(default=0, help_text="row of the ledger; 0: processing as a whole")
    words = models.TextField()
    state = models.CharField(max_length=10, default="open", help_text="open, upheld, rejected")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    law = models.CharField(max_length=400, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_objection"
        indexes = [
            models.Index(fields=["person"], name="access_obje_person"),
            models.Index(fields=["department", "state"], name="access_obje_department"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.person} {self.state}"


class LedgerRow(models.Model):
    """One read of personal data, write, export or refusal. Append-only."""

    at = models.DateTimeField(help_text="when Lingqu wrote it, by its own clock")
    actor = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200, blank=True)
    basis = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="the legal basis")
    act = models.CharField(max_length=20, help_text="read, write, export, refused, apply, login")
    way = models.CharField(max_length=20, help_text="page, api, export, tile, command")
    entity_type = models.CharField(max_length=80, blank=True)
    entity_ids = ArrayField(models.TextField(), default=list)
    attributes = ArrayField(models.TextField(), default=list)
    count = models.BigIntegerField(default=0)
    detail = models.JSONField(default=dict)
    mac = models.BinaryField(null=True, help_text="says that Lingqu wrote the row, and nobody changed it")

    class Meta:
        db_table = "access_ledger"
        indexes = [models.Index(fields=["at"]), models.Index(fields=["actor", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act}"
