"""Cases are taken over by two people and the worker: what is wanted of a run, who seconded it, how far it is."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0007_for_oneself")]

    operations = [
        migrations.AddField(
            "run",
            "wanted",
            models.CharField(
                max_length=4, blank=True, default="", db_default="", help_text="of the worker: go, back; else empty"
            ),
        ),
        migrations.AddField("run", "second", models.CharField(max_length=200, blank=True, default="", db_default="")),
        migrations.AddField("run", "done", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("run", "total", models.IntegerField(default=0, db_default=0)),
    ]
