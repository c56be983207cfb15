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


class Dispatch(models.Model):
    """One delivery out, under an agreement. ``attempts`` counts tries that failed since it last got on;
    ``cursor_from`` and ``cursor_to`` are places in the change log, or of a push the id of the last entity received."""

    agreement = models.CharField(max_length=40)
    resource = models.CharField(max_length=80)
    provider = models.CharField(max_length=80)
    consumer = models.CharField(max_length=80)
    entity_type = models.CharField(max_length=80)
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=12, default="waiting")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    batch = models.IntegerField(default=0, help_text="batches received so far")
    rows_read = models.BigIntegerField(default=0)
    rows_sent = models.BigIntegerField(default=0)
    rows_received = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    receipt = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    tries = models.JSONField(default=list, help_text="[{at, rule, zh, en}], the last twenty that failed")
    asked_by = models.CharField(max_length=200, blank=True, help_text="empty: by its schedule")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cursor_from = models.CharField(max_length=200, blank=True)
    cursor_to = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "exchange_dispatch"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state__in=["waiting", "running", "parked"]),
                name="exchange_dispatch_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["agreement", "-id"]),
            models.Index(fields=["consumer", "-id"]),
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="exchange_dispatch_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.agreement} {self.channel} {self.state}"


class Subscription(models.Model):
    """Where a subscriber stands besides the change log: under which terms its rows were compared, and when."""

    agreement = models.CharField(max_length=40, primary_key=True)
    terms = models.CharField(max_length=64, blank=True)
    compared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_subscription"

    def __str__(self) -> str:
        return self.agreement


class Held(models.Model):
    """That a subscriber holds an entity, and how new: only ids, so that it can be told what to erase."""

    agreement = models.CharField(max_length=40)
    entity_id = models.TextField(db_collation="C")
    modified_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_held"
        constraints = [models.UniqueConstraint(fields=["agreement", "entity_id"], name="exchange_held_once")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.entity_id}"
