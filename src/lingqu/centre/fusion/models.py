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
