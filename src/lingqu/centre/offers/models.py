"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Slot(models.Model):
    """How many places of a slot are taken. A row comes with the first booking."""

    counter = models.CharField(max_length=80)
    begins = models.DateTimeField()
    taken = models.IntegerField()

    class Meta:
        db_table = "offers_slot"
        constraints = [
            models.UniqueConstraint(fields=["counter", "begins"], name="offers_slot_one"),
            models.CheckConstraint(condition=Q(taken__gte=0), name="offers_slot_taken"),
        ]

    def __str__(self) -> str:
        return f"{self.counter} {self.begins} {self.taken}"


class Booking(models.Model):
    """An appointment of an account, for itself or for whom it acts."""

    number = models.BigAutoField(primary_key=True)
    counter = models.CharField(max_length=80)
    department = models.CharField(max_length=80)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    account = models.CharField(max_length=200)
    name = models.CharField(max_length=400, help_text="who comes, or for whom")
    on_behalf_of = models.CharField(max_length=200, blank=True, default="", help_text="entity id; empty for oneself")
    matter = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="booked", help_text="booked, cancelled, came, missed")
    booked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "offers_booking"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "counter", "begins"], condition=Q(state="booked"), name="offers_booking_once"
            )
        ]
        indexes = [
            models.Index(fields=["account", "-begins"], name="offers_booking_account"),
            models.Index(
                fields=["on_behalf_of", "-begins"], condition=~Q(on_behalf_of=""), name="offers_booking_behalf"
            ),
            models.Index(fields=["counter", "begins"], name="offers_booking_day"),
            models.Index(
                fields=["begins"], condition=Q(state="booked", reminded_at=None), name="offers_booking_remind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.counter} {self.begins} {self.state}"
