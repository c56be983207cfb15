"""Private to the room: use ``door``."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Account(AbstractUser):
    """A person who signs in. Roles are codes of the drawing's roles, held within a department and region."""

    display_name = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=12, blank=True)
    roles = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    person = models.CharField(max_length=200, blank=True, help_text="id of the Person entity this account is of")
    demo = models.BooleanField(default=False)

    class Meta:
        db_table = "access_account"

    def __str__(self) -> str:
        return self.display_name or self.username


class LedgerRow(models.Model):
    """One read of personal data, write, export or refusal. Append-only."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=20, help_text="read, write, export, refused, apply, login")
    way = models.CharField(max_length=20, help_text="page, api, export, tile, command")
    entity_type = models.CharField(max_length=80, blank=True)
    entity_ids = ArrayField(models.TextField(), default=list)
    attributes = ArrayField(models.TextField(), default=list)
    count = models.BigIntegerField(default=0)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "access_ledger"
        indexes = [models.Index(fields=["at"]), models.Index(fields=["actor", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act}"
