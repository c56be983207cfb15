"""Private to the room: subscriptions, and what is still to be told to their receivers."""

from __future__ import annotations

from django.db import models


class Subscription(models.Model):
    """A subscription to entities (CIM 009 5.2.12). ``document`` has names in store form; ``context`` is the user's own.

    It acts with the rights of ``account`` (None: of everybody) under ``purpose`` and ``agreement``, asked anew for each
    notification. ``begins`` is the place in the change log from which on it is told of changes.
    """

    id = models.TextField(primary_key=True)
    kind = models.CharField(max_length=12, default="entities", help_text="of what it is told: entities, sources")
    document = models.JSONField()
    context = models.JSONField(null=True)
    account = models.BigIntegerField(null=True)
    maker = models.CharField(max_length=200)
    department = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    agreement = models.CharField(max_length=40, blank=True)
    begins = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="active", help_text="active, paused, parked, withdrawn")
    why = models.JSONField(null=True, help_text="rule, message, next_step of what stopped it, or of the last failure")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)
    times_sent = models.BigIntegerField(default=0)
    times_failed = models.BigIntegerField(default=0)
    last_notification = models.DateTimeField(null=True)
    last_success = models.DateTimeField(null=True)
    last_failure = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0, help_text="tries in a row that failed")
    next_at = models.DateTimeField(null=True, help_text="not before: after a failure, while throttled")
    interval_at = models.DateTimeField(null=True, help_text="when the next one by timeInterval is due")
    version = models.BigIntegerField(default=0, help_text="grows with every change of what is subscribed to")
    via = models.TextField(blank=True, default="", help_text="the systems it came through (RFC 9110 7.6.3)")

    class Meta:
        db_table = "protocols_subscription"

    def __str__(self) -> str:
        return self.id


class Notice(models.Model):
    """One notification that is still to be sent: ``changes`` are [cursor, entity, type, operation, attributes, at,
    actor] of the change log; none for what a timeInterval asks for. What is sent is read when it is sent. ``data``:
    entities that a source told of, as the subscriber gets them."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="notices")
    changes = models.JSONField(default=list)
    data = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "protocols_notice"
        indexes = [models.Index(fields=["subscription", "id"], name="protocols_notice_order")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.pk}"


class KeptContext(models.Model):
    """A JSON-LD context (CIM 009 5.13): hosted for whoever added it, or had from its address once (``Cached``).
    ``text`` is the document as it came; it is never changed, only had anew. What is hosted for a ``tenant`` is there
    for it alone."""

    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=20)
    url = models.TextField(unique=True, help_text="its address; of a hosted one, its path here")
    text = models.TextField()
    maker = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=80, blank=True)
    tenant = models.CharField(max_length=50, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "protocols_context"

    def __str__(self) -> str:
        return self.url


class Source(models.Model):
    """A registered context source (CIM 009 5.2.9). ``document`` has names in store form and of ``contextSourceInfo``
    only what may be shown; the rest stands in ``sealed``. ``department`` answers for what the source holds: rights to
    it are rights to entities that this department owns. Only who may register writes here (row-level security)."""

    id = models.TextField(primary_key=True)
    document = models.JSONField()
    sealed = models.TextField(blank=True, help_text="encrypted: what is sent with each request and shown to nobody")
    context = models.JSONField(null=True)
    account = models.BigIntegerField(null=True)
    maker = models.CharField(max_length=200)
    department = models.CharField(max_length=80, blank=True)
    paused = models.BooleanField(default=False, help_text="by an operator: nothing is sent to it")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "protocols_source"

    def __str__(self) -> str:
        return self.id


class SourceState(models.Model):
    """How it goes with a source; whoever asks it writes here."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="state")
    times_sent = models.BigIntegerField(default=0)
    times_failed = models.BigIntegerField(default=0)
    last_success = models.DateTimeField(null=True)
    last_failure = models.DateTimeField(null=True)
    why = models.JSONField(null=True, help_text="rule, message, next_step of the last failure")

    class Meta:
        db_table = "protocols_sourcestate"

    def __str__(self) -> str:
        return str(self.source_id)


class Forward(models.Model):
    """A copy of a subscription at a source (CIM 009 5.8.1.4). Its id is that of the copy, and what the source proves by
    naming it that it means this one. It outlives the subscription until the copy is ended too; a copy that nobody ends
    ends by itself."""

    id = models.TextField(primary_key=True)
    subscription = models.TextField()
    source = models.TextField()
    version = models.BigIntegerField(help_text="of the subscription, of which it is a copy")
    state = models.CharField(max_length=8, default="wanted", help_text="wanted, placed, refused, ending")
    attempts = models.IntegerField(default=0, help_text="tries in a row that failed")
    next_at = models.DateTimeField(null=True, help_text="when something is to be done: place, renew, end")
    why = models.JSONField(null=True, help_text="rule, message, next_step of the last failure")

    class Meta:
        db_table = "protocols_forward"
        indexes = [
            models.Index(fields=["subscription", "source"], name="protocols_forward_pair"),
            models.Index(fields=["next_at"], name="protocols_forward_next"),
        ]

    def __str__(self) -> str:
        return self.id


class Snapshot(models.Model):
    """A snapshot (CIM 009 5.2.41) but for what it holds, which the store keeps. ``document`` is as it came, ``context``
    is the user's own. It is its maker's alone (row-level security). ``filling`` is until when somebody is at work on
    it: behind that whoever asks for it begins anew."""

    id = models.TextField(primary_key=True)
    maker = models.CharField(max_length=200)
    document = models.JSONField()
    context = models.JSONField(null=True)
    state = models.CharField(
        max_length=12, default="preparing", help_text="preparing, success, partial, empty, failure"
    )
    details = models.JSONField(default=list, help_text="of each query what came of it")
    priority = models.SmallIntegerField(default=5)
    filling = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        db_table = "protocols_snapshot"
        indexes = [models.Index(fields=["maker", "expires_at"], name="protocols_snapshot_maker")]

    def __str__(self) -> str:
        return self.id


class EntityMap(models.Model):
    """Entities that a query found, fixed for paging (CIM 009 5.2.39): ``entities`` are [id, [sources]] in their order.
    It is its maker's alone (row-level security): ids may tell of persons."""

    id = models.TextField(primary_key=True)
    maker = models.CharField(max_length=200)
    entities = models.JSONField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "protocols_entitymap"
        indexes = [models.Index(fields=["maker", "expires_at"], name="protocols_entitymap_maker")]

    def __str__(self) -> str:
        return self.id
