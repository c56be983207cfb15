"""Private to the room: use ``door``.

What a certificate says never changes; that it ended is written beside it, once. An application is its account's; what
was sent stays as it was sent.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Certificate(models.Model):
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=80)
    title = models.JSONField()  # of the kind, as it was
    issuer = models.CharField(max_length=80)
    issuer_title = models.JSONField()
    holder = models.CharField(max_length=200, db_collation="C", blank=True, default="")  # id of an entity
    wallet = models.CharField(max_length=200, db_collation="C", blank=True, default="")  # id of a Person
    holder_name = models.CharField(max_length=300)
    holder_number = models.CharField(max_length=100)
    facts = models.JSONField()
    case = models.CharField(max_length=60, blank=True, default="")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=200)
    begins = models.DateField()
    ends = models.DateField(null=True)  # the last day; none: without end
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=10, blank=True, default="")  # revoked | replaced
    ended_why = models.TextField(blank=True, default="")
    ended_by = models.CharField(max_length=200, blank=True, default="")
    replaces = models.CharField(max_length=40, blank=True, default="")
    # Kind and holder while it has not ended, then null: the database lets each stand once.
    living = models.CharField(max_length=300, null=True, unique=True)  # noqa: DJ001
    list_number = models.IntegerField()
    list_index = models.IntegerField()
    digest = models.CharField(max_length=64, unique=True)
    pdf = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "list_index"], name="papers_one_bit_a_certificate")
        ]
        indexes = [
            models.Index(fields=["wallet", "-issued_at"], name="papers_certificates_of_person"),
            models.Index(fields=["holder", "-issued_at"], name="papers_certificates_of_holder"),
            models.Index(fields=["issuer", "-issued_at"], name="papers_certificates_of_issuer"),
            models.Index(
                fields=["list_number"],
                condition=models.Q(ended_at__isnull=False),
                include=["list_index"],
                name="papers_ended_by_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Edition(models.Model):
    """The definitions that sent applications keep to, whatever became of the drawing."""

    edition = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the document")
    situation = models.CharField(max_length=80)
    document = models.TextField(help_text="canonical JSON of situation, forms, terms and rules")
    first_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.situation} {self.edition[:8]}"


class Application(models.Model):
    """What somebody writes to have something from the city. ``step`` grows with every change: who read an older one
    changes nothing. ``account`` is the name of the account whose it is."""

    situation = models.CharField(max_length=80)
    facts = ArrayField(models.CharField(max_length=60), help_text="that are true of the applicant")
    account = models.CharField(max_length=200)
    person = models.CharField(max_length=200, blank=True, default="", help_text="entity id of the account's person")
    on_behalf_of = models.CharField(max_length=200, blank=True, default="", help_text="entity id; empty for oneself")
    answers = models.JSONField(default=dict, help_text="term → what was typed, a text for each row")
    looks = models.JSONField(default=dict, help_text="what registers said, by what they were asked")
    step = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default="draft", help_text="draft, sent")
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    edition = models.CharField(max_length=64, blank=True, default="")
    sent = models.JSONField(default=dict, help_text="filled forms, statement, what offices wrote")
    case = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="papers_applications_of"),
            models.Index(fields=["saved_at"], condition=models.Q(state="draft"), name="papers_drafts_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.situation} {self.state}"


class Attachment(models.Model):
    """A file that belongs to an application: the answer to a question, or what was supplemented."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attachments")
    term = models.CharField(max_length=120, blank=True, default="", help_text="empty: supplemented")
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=60)
    size = models.IntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.application_id} {self.name}"
