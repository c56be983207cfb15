"""Private to the room: use ``door``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Version(models.Model):
    """A procedure as cases run by it: kept as long as one does, whatever became of the drawing."""

    version = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the document")
    procedure = models.CharField(max_length=80)
    document = models.TextField(help_text="canonical JSON of the definition")
    first_at = models.DateTimeField()

    class Meta:
        db_table = "procedures_version"

    def __str__(self) -> str:
        return f"{self.procedure} {self.version[:8]}"


class Case(models.Model):
    """One application on its way. ``step`` grows with every change: who read an older one changes nothing."""

    procedure = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    state = models.CharField(max_length=12, help_text="running, suspended, ended, withdrawn, stuck")
    title = models.CharField(max_length=200, blank=True)
    applicant = models.CharField(max_length=200, help_text="name of the account")
    departments = ArrayField(models.CharField(max_length=80), help_text="that lead or took part")
    answers = models.JSONField(default=dict)
    marking = models.JSONField(help_text="where its tokens are")
    step = models.IntegerField(default=1)
    started_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=80, blank=True, help_text="the end event that was reached")
    appeal_of = models.BigIntegerField(null=True, help_text="the case whose outcome is appealed against")
    application = models.BigIntegerField(null=True, unique=True, help_text="of papers: the forms it began with")
    on_behalf_of = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="entity id of whom the applicant acted for"
    )

    class Meta:
        db_table = "procedures_case"
        indexes = [
            models.Index(fields=["applicant", "-id"], name="procedures_case_applicant"),
            models.Index(fields=["procedure", "state", "-id"], name="procedures_case_procedure"),
            models.Index(
                fields=["on_behalf_of", "-id"], condition=~models.Q(on_behalf_of=""), name="procedures_case_behalf"
            ),
            models.Index(
                fields=["appeal_of"], condition=models.Q(appeal_of__isnull=False), name="procedures_case_appeal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.procedure} {self.state}"


_OPEN = models.Q(state__in=["open", "claimed", "returned"])


class Item(models.Model):
    """A step that waits for, or was done by, somebody of a department (待办). Lists have indexes in migration 0003."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="items", db_index=False)
    node = models.CharField(max_length=80)
    token = models.IntegerField()
    department = models.CharField(max_length=80)
    state = models.CharField(max_length=12, help_text="open, claimed, returned, done, cancelled")
    holder = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True, help_text="when it was found overdue and told of")
    returned_at = models.DateTimeField(null=True)
    days_left = models.IntegerField(null=True, help_text="working days left when it was returned")
    missing = models.JSONField(default=list)
    supplement_due = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    stage = models.SmallIntegerField(default=0, db_default=0, help_text="stages of escalation that were told of")
    escalates_at = models.DateTimeField(null=True, help_text="when the next stage comes")

    class Meta:
        db_table = "procedures_item"
        indexes = [
            models.Index(fields=["case"], name="procedures_item_case"),
            models.Index(fields=["due"], condition=_OPEN & models.Q(overdue_at=None), name="procedures_item_due"),
            models.Index(
                fields=["escalates_at"],
                condition=_OPEN & models.Q(escalates_at__isnull=False),
                name="procedures_item_escalates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.node} {self.department} {self.state}"


class Clock(models.Model):
    """A timer that will go off; gone when it did, or nobody waits for it any more."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    token = models.IntegerField()
    node = models.CharField(max_length=80)
    fires_at = models.DateTimeField(db_index=True)
    working = models.BooleanField(help_text="counts working days")

    class Meta:
        db_table = "procedures_clock"

    def __str__(self) -> str:
        return f"{self.case_id} {self.node} {self.fires_at}"


class Act(models.Model):
    """What happened to a case: by whom, when, where. Added to, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="acts", db_index=False)
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    node = models.CharField(max_length=80, blank=True)
    item = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    stands_for = models.CharField(max_length=200, default="", db_default="", help_text="whose deputy ``by`` was")
    department = models.CharField(max_length=80, blank=True)
    words = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "procedures_act"
        indexes = [models.Index(fields=["case", "id"], name="procedures_act_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.act}"


class Comment(models.Model):
    """What one office says to the others about a case. Never for the applicant. Added to, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comments", db_index=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    stands_for = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=80, blank=True)
    words = models.TextField()
    to = ArrayField(models.CharField(max_length=80), default=list, help_text="departments it is said to")

    class Meta:
        db_table = "procedures_comment"
        indexes = [models.Index(fields=["case", "id"], name="procedures_comment_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.department}"


class File(models.Model):
    """A file of a case. It goes with the backup of the database, and with nothing else."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files", db_index=False)
    item = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    department = models.CharField(max_length=80, blank=True, help_text="empty: the applicant's")
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=100)
    size = models.IntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    for_applicant = models.BooleanField(default=False, help_text="an office's file that the applicant sees")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "procedures_file"
        indexes = [models.Index(fields=["case", "id"], name="procedures_file_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Call(models.Model):
    """That a person or a department should look at a case (提请关注): by a comment, or for an overdue item."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="calls", db_index=False)
    item = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    stage = models.SmallIntegerField(default=0, help_text="of escalation")
    department = models.CharField(max_length=80, blank=True)
    person = models.CharField(max_length=200, blank=True, help_text="name of the account; empty: all of the department")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "procedures_call"
        indexes = [
            models.Index(fields=["case"], name="procedures_call_case"),
            models.Index(fields=["department", "-id"], condition=models.Q(seen_at=None), name="procedures_call_dept"),
            models.Index(fields=["person", "-id"], condition=models.Q(seen_at=None), name="procedures_call_person"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person or self.department}"


class Run(models.Model):
    """One taking over of running cases to a version, batch by batch; ``back_at``: it was taken back."""

    procedure = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict, help_text="node of older versions → node that takes its place")
    by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    moved = models.IntegerField(default=0)
    kept = models.IntegerField(default=0, help_text="cases that stayed with their version")
    wanted = models.CharField(
        max_length=4, blank=True, default="", db_default="", help_text="of the worker: go, back; else empty"
    )
    second = models.CharField(max_length=200, blank=True, default="", db_default="")
    done = models.IntegerField(default=0, db_default=0)
    total = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "procedures_run"
        indexes = [models.Index(fields=["procedure", "-id"], name="procedures_run_procedure")]

    def __str__(self) -> str:
        return f"{self.procedure} {self.version[:8]}"


class Moved(models.Model):
    """How a case stood before a run moved it. ``step``: of the case after that; another one says that it went on."""

    run = models.BigIntegerField()
    case_id = models.BigIntegerField()
    step = models.IntegerField()
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "procedures_moved"
        constraints = [models.UniqueConstraint(fields=["run", "case_id"], name="procedures_moved_once")]

    def __str__(self) -> str:
        return f"{self.run} {self.case_id}"
