"""Running cases go over to another version, and back. Pages see that it was done; how cases stood is closed to them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0005_behalf_files")]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("procedure", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=64)),
                (
                    "mapping",
                    models.JSONField(default=dict, help_text="node of older versions → node that takes its place"),
                ),
                ("by", models.CharField(max_length=200)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("back_at", models.DateTimeField(null=True)),
                ("moved", models.IntegerField(default=0)),
                ("kept", models.IntegerField(default=0, help_text="cases that stayed with their version")),
            ],
            options={
                "db_table": "procedures_run",
                "indexes": [models.Index(fields=["procedure", "-id"], name="procedures_run_procedure")],
            },
        ),
        migrations.CreateModel(
            name="Moved",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.BigIntegerField()),
                ("case_id", models.BigIntegerField()),
                ("step", models.IntegerField()),
                ("before", models.JSONField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "procedures_moved",
                "constraints": [models.UniqueConstraint(fields=["run", "case_id"], name="procedures_moved_once")],
            },
        ),
    ]
