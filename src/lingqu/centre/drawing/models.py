"""Private to the room: use ``door``."""

from __future__ import annotations

from django.db import models

from lingqu.centre.drawing.fields import OrderedJson


class Revision(models.Model):
    """One applied change of the drawing. The newest id is the drawing's revision."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=200)
    summary = models.JSONField(default=dict)

    class Meta:
        db_table = "drawing_revision"

    def __str__(self) -> str:
        return f"{self.pk} {self.at:%Y-%m-%d %H:%M}"


class Stored(models.Model):
    """One definition as it was last applied."""

    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    document = OrderedJson()
    origin = models.CharField(max_length=400, help_text="file it came from, relative to its pack or city")
    layer = models.CharField(max_length=80, help_text="pack:<name> or city")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "drawing_definition"
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="drawing_kind_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
