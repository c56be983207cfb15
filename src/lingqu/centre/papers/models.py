"""Certificates as issued. What a certificate says never changes; that it ended is written beside it, once."""

from __future__ import annotations

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
