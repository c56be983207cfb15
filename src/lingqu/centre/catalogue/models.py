"""Private to the room: use ``door``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Counter(models.Model):
    """The last number given out of a series, e.g. R-2026."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        db_table = "catalogue_counter"

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Request(models.Model):
    """A department's request to use a resource of another one."""

    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=12, default="draft")
    consumer = models.CharField(max_length=80)
    provider = models.CharField(max_length=80)
    resource = models.CharField(max_length=80)
    items = ArrayField(models.CharField(max_length=80), default=list)
    purpose = models.CharField(max_length=80, blank=True)
    matter = models.CharField(max_length=400, blank=True)
    basis = models.CharField(max_length=400, blank=True)
    regions = ArrayField(models.CharField(max_length=12), default=list)
    where = models.JSONField(default=dict, help_text="item → values, one of which")
    begins = models.DateField(null=True)
    ends = models.DateField(null=True, help_text="the last day")
    frequency = models.CharField(max_length=12, blank=True)
    method = models.CharField(max_length=12, default="api")
    quota = models.BigIntegerField(null=True, help_text="entities a day")
    target = models.JSONField(default=dict)
    security = models.TextField(blank=True)
    assessment = models.TextField(blank=True, help_text="impact assessment, PIPL 55")
    consent = models.BooleanField(default=False)
    people_roles = ArrayField(models.CharField(max_length=80), default=list)
    accounts = ArrayField(models.CharField(max_length=150), default=list)
    renews = models.CharField(max_length=20, blank=True)
    changes = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)
    since = models.DateTimeField(help_text="when the stage began")
    due = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=200, blank=True)
    passed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided = models.JSONField(default=dict, help_text="item → grant, unmask, refuse")
    reason = models.TextField(blank=True)
    law = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "catalogue_request"
        indexes = [
            models.Index(fields=["consumer", "-id"]),
            models.Index(fields=["provider", "-id"]),
            models.Index(fields=["state", "due"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.consumer} → {self.resource} {self.state}"


class Agreement(models.Model):
    """What a request came to: who may use which items of whose resource, how and how long. Ended, never deleted."""

    number = models.CharField(max_length=20, unique=True)
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="agreement")
    state = models.CharField(max_length=12, default="living")
    provider = models.CharField(max_length=80)
    consumer = models.CharField(max_length=80)
    resource = models.CharField(max_length=80)
    entity_type = models.CharField(max_length=80)
    attributes = models.JSONField(default=list, help_text="[item, attribute]")
    unmasked = ArrayField(models.CharField(max_length=80), default=list, help_text="items shown as they are")
    lacking = ArrayField(models.CharField(max_length=80), default=list, help_text="items not had by this way")
    purpose = models.CharField(max_length=80)
    basis = models.CharField(max_length=400, blank=True)
    method = models.CharField(max_length=12)
    frequency = models.CharField(max_length=12, blank=True)
    quota = models.BigIntegerField(null=True)
    target = models.JSONField(default=dict)
    consent = models.BooleanField(default=False)
    accounts = ArrayField(models.CharField(max_length=150), default=list)
    people_roles = ArrayField(models.CharField(max_length=80), default=list)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    renews = models.CharField(max_length=20, blank=True)
    changes = models.CharField(max_length=20, blank=True)
    renewed_by = models.CharField(max_length=20, blank=True)
    warned_at = models.DateTimeField(null=True)
    report_asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        db_table = "catalogue_agreement"
        indexes = [
            models.Index(fields=["consumer", "-id"]),
            models.Index(fields=["provider", "-id"]),
            models.Index(fields=["state", "ends"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider} → {self.consumer} {self.state}"


class Step(models.Model):
    """What happened to a request or an agreement: by whom, when, what and why. Added to, never changed."""

    number = models.CharField(max_length=20, help_text="of the request or agreement")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    state = models.CharField(max_length=12, blank=True)
    by = models.CharField(max_length=200)
    department = models.CharField(max_length=80, blank=True)
    words = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "catalogue_step"
        indexes = [models.Index(fields=["number", "id"]), models.Index(fields=["act", "at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"


class Told(models.Model):
    """That a department was told of a step; ``seen_at`` when somebody of it opened the record."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="told")
    department = models.CharField(max_length=80)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_told"
        indexes = [
            models.Index(fields=["department", "-id"], condition=models.Q(seen_at=None), name="catalogue_unseen")
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.step}"


class Report(models.Model):
    """A consumer's account of what it did with what it was given, once a year."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reports")
    year = models.IntegerField()
    use = models.TextField()
    benefit = models.TextField(blank=True)
    trouble = models.TextField(blank=True, help_text="faults found in the data, incidents")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        db_table = "catalogue_report"
        constraints = [models.UniqueConstraint(fields=["agreement", "year"], name="catalogue_report_yearly")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.year}"


class Bulletin(models.Model):
    """The execution of sharing in one month, as it was issued: figures with the rows that they were counted from."""

    month = models.DateField(unique=True, help_text="its first day")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=200)
    figures = models.JSONField()

    class Meta:
        db_table = "catalogue_bulletin"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
