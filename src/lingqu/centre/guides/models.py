"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models


class Rating(models.Model):
    """What the applicant of a case says when it ended (好差评). Counted in figures once ``published_at`` is set."""

    case = models.BigIntegerField(unique=True)
    procedure = models.CharField(max_length=80)
    department = models.CharField(max_length=80, help_text="that led the case")
    account = models.CharField(max_length=200)
    stars = models.SmallIntegerField(help_text="1 to 5")
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    due = models.DateTimeField(null=True, help_text="by when a bad one is followed up")
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guides_rating"
        indexes = [
            models.Index(fields=["department", "-id"], name="guides_rating_department"),
            models.Index(fields=["procedure"], condition=models.Q(published_at=None), name="guides_rating_new"),
            models.Index(fields=["due"], condition=models.Q(answered_at=None), name="guides_rating_due"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.stars}"


class Figure(models.Model):
    """What everybody may know of the cases of a procedure or department in the last twelve months."""

    scope = models.CharField(max_length=10, help_text="procedure, department")
    code = models.CharField(max_length=80)
    at = models.DateTimeField()
    received = models.IntegerField()
    ended = models.IntegerField()
    in_time = models.IntegerField()
    median = models.IntegerField(null=True, help_text="working days from application to end")
    rated = models.IntegerField()
    stars = models.IntegerField(help_text="their sum")
    content = models.IntegerField(help_text="of three stars and more")
    bad = models.IntegerField()
    followed = models.IntegerField(help_text="bad ones that were followed up in time")

    class Meta:
        db_table = "guides_figure"
        constraints = [models.UniqueConstraint(fields=["scope", "code"], name="guides_one_figure")]

    def __str__(self) -> str:
        return f"{self.scope} {self.code}"
