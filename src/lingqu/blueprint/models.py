"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models

OPEN = ("draft", "proposed", "approved")


class Draft(models.Model):
    """A definition that is being worked on in the browser. Of one kind and code at most one is open.

    ``base``: SHA-256 of the drawing's document it was begun from, empty where there was none. ``version`` grows with
    each save: who read an older one changes nothing. From ``approved`` on only Lingqu itself goes on.
    """

    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    document = models.TextField(help_text="JSON, in the order of its keys")
    base = models.CharField(max_length=64, blank=True)
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default="draft", help_text="draft, proposed, approved, published, dropped")
    author = models.CharField(max_length=200, help_text="who saved it last")
    begun_by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    proposal = models.BigIntegerField(null=True, help_text="of access, by its number")
    proposed_by = models.CharField(max_length=200, blank=True)
    seconded_by = models.CharField(max_length=200, blank=True)
    seconder = models.BigIntegerField(null=True, help_text="the account that seconded it")
    decided_at = models.DateTimeField(null=True)
    revision = models.BigIntegerField(null=True, help_text="of the drawing, once published")
    told = models.JSONField(null=True, help_text="why it could not be published: a text in both languages")

    class Meta:
        db_table = "blueprint_draft"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], condition=models.Q(state__in=OPEN), name="blueprint_draft_open"
            )
        ]
        indexes = [models.Index(fields=["kind", "code", "-id"], name="blueprint_draft_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.version} {self.state}"
