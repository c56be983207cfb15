"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """What an account is told. Only ``read_at`` and ``planned`` ever change."""

    account = models.CharField(max_length=200, help_text="name of the account")
    kind = models.CharField(max_length=12)
    subject = models.JSONField(help_text="zh, en")
    words = models.JSONField(help_text="zh, en")
    link = models.CharField(max_length=300, blank=True, help_text="an address of this site")
    about = models.CharField(max_length=80, blank=True, help_text="such as case:7")
    key = models.CharField(max_length=120, help_text="the same thing is told once")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    planned = models.BooleanField(default=False, help_text="whether it was decided which ways it goes out")

    class Meta:
        db_table = "notices_message"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="notices_told_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="notices_of_account"),
            models.Index(fields=["account"], condition=models.Q(read_at=None), name="notices_unread"),
            models.Index(fields=["id"], condition=models.Q(planned=False), name="notices_to_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.account} {self.kind}"


class Preference(models.Model):
    """Which ways an account wants to hear. ``turn`` makes a new key of the same instance secret."""

    account = models.CharField(max_length=200, primary_key=True)
    language = models.CharField(max_length=2, default="zh")
    mail = models.CharField(max_length=254, blank=True)
    mail_confirmed_at = models.DateTimeField(null=True)
    hook = models.CharField(max_length=500, blank=True)
    turn = models.IntegerField(default=1)
    ways = models.JSONField(default=dict, help_text="kind → ways")

    class Meta:
        db_table = "notices_preference"

    def __str__(self) -> str:
        return self.account


class Sending(models.Model):
    """A message on its way out of the house, or the words by which an address is confirmed (no message)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="sendings")
    account = models.CharField(max_length=200)
    way = models.CharField(max_length=4, help_text="mail, hook")
    address = models.CharField(max_length=500)
    words = models.TextField(blank=True, help_text="where there is no message")
    state = models.CharField(max_length=8, help_text="waiting, sent, parked, dropped")
    attempts = models.IntegerField(default=0)
    at = models.DateTimeField()
    next_at = models.DateTimeField()
    why = models.JSONField(null=True, help_text="what the last try came to: rule, zh, en")

    class Meta:
        db_table = "notices_sending"
        constraints = [models.UniqueConstraint(fields=["message", "way"], name="notices_one_a_way")]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="notices_due"),
            models.Index(fields=["account", "-id"], name="notices_sendings_of"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.way} {self.state}"
