"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """One file as it came. ``contract`` is the digest of the source's settings it was landed with, ``rules`` that of
    the rules it was checked with."""

    source = models.CharField(max_length=80)
    resource = models.CharField(max_length=80)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default="received")
    rows = models.BigIntegerField(null=True)
    broken_rows = models.BigIntegerField(null=True)
    clean_rows = models.BigIntegerField(null=True)
    bad_rows = models.BigIntegerField(null=True)
    score = models.FloatField(null=True)
    checked_at = models.DateTimeField(null=True)
    encoding = models.CharField(max_length=80, blank=True)
    contract = models.CharField(max_length=64, blank=True)
    rules = models.CharField(max_length=64, blank=True)
    error = models.JSONField(null=True)
    notes = models.JSONField(default=list)
    progress = models.JSONField(default=dict)

    class Meta:
        db_table = "exchange_delivery"
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="exchange_same_bytes_once")]
        indexes = [
            models.Index(fields=["resource", "-id"]),
            models.Index(
                fields=["id"], condition=models.Q(state__in=["received", "landed"]), name="exchange_delivery_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.source} {self.name} {self.state}"
