"""Runs and disputes. The links of records to entities stand in the lake, named by their run."""

from __future__ import annotations

from django.db import models


class FusionRun(models.Model):
    register = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default="running")  # running | done | failed
    inputs = models.CharField(max_length=64)  # digest of content, rules and upstream runs
    links = models.CharField(max_length=120, blank=True, default="")  # file below the register's folder of links
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    progress = models.JSONField(default=dict)
    error = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["register", "-id"], name="fusion_run_of_register")]

    def __str__(self) -> str:
        return f"{self.register} {self.pk} {self.state}"


class FusionDispute(models.Model):
    register = models.CharField(max_length=80)
    entity_id = models.CharField(max_length=200)
    attribute = models.CharField(max_length=80)
    label = models.CharField(max_length=300, blank=True, default="")
    held = models.JSONField(null=True)
    held_by = models.CharField(max_length=80)
    others = models.JSONField(default=list)  # [[resource, value], …]
    state = models.CharField(max_length=10, default="open")  # open | settled
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "entity_id", "attribute"], name="fusion_one_dispute_a_fact")
        ]
        indexes = [
            models.Index(fields=["entity_id"], name="fusion_dispute_of_entity"),
            models.Index(fields=["register", "attribute", "state"], name="fusion_dispute_by_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.attribute}"


class Correction(models.Model):
    """Somebody says that a fact is wrong; answered by the department that gave it, never deleted."""

    number = models.BigAutoField(primary_key=True)
    entity_id = models.CharField(max_length=200, db_collation="C")
    entity_type = models.CharField(max_length=80)
    attribute = models.CharField(max_length=80)
    held = models.JSONField(null=True)
    claimed = models.JSONField()
    words = models.TextField(blank=True)
    resource = models.CharField(max_length=80, blank=True, help_text="that gave the value")
    department = models.CharField(max_length=80, help_text="who answers now")
    asked_by = models.CharField(max_length=200)
    by_person = models.BooleanField(help_text="the person the record is of, else a clerk")
    asking_department = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")  # open | accepted | refused | done | withdrawn
    reason = models.TextField(blank=True)
    law = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    delivery = models.BigIntegerField(null=True, help_text="that brought the value claimed")
    stages = models.JSONField(default=list)  # [{at, act, by, department, words}, …]

    class Meta:
        indexes = [
            models.Index(fields=["entity_id"], name="fusion_correction_of_entity"),
            models.Index(fields=["department", "state"], name="fusion_correction_to_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.entity_id} {self.attribute} {self.state}"


class CorrectionEvidence(models.Model):
    """A file that somebody sent with it. It goes with the backup of the database, and with nothing else."""

    correction = models.OneToOneField(Correction, on_delete=models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.correction_id} {self.name}"
