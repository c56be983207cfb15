"""Corrections that somebody asked for, and the files sent with them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
create policy seen on fusion_correction for select using (
    (select guard.flag('steward')) or guard.past(entity_id)
);
create policy made on fusion_correction for insert with check ((select guard.signed()));
create policy changed on fusion_correction for update using (
    (select guard.flag('steward')) or entity_id = any ((select guard.held('ids'))::text[])
);
alter table fusion_correction enable row level security;
create policy seen on fusion_correctionevidence for select using (
    exists (select from fusion_correction c where c.number = correction_id)
);
create policy made on fusion_correctionevidence for insert with check ((select guard.signed()));
alter table fusion_correctionevidence enable row level security;
"""
UNWALLED = """
alter table fusion_correctionevidence disable row level security;
drop policy seen on fusion_correctionevidence; drop policy made on fusion_correctionevidence;
alter table fusion_correction disable row level security;
drop policy seen on fusion_correction; drop policy made on fusion_correction; drop policy changed on fusion_correction;
"""


class Migration(migrations.Migration):
    dependencies = [("fusion", "0030_walls"), ("access", "0050_my_data")]
    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity_id", models.CharField(db_collation="C", max_length=200)),
                ("entity_type", models.CharField(max_length=80)),
                ("attribute", models.CharField(max_length=80)),
                ("held", models.JSONField(null=True)),
                ("claimed", models.JSONField()),
                ("words", models.TextField(blank=True)),
                ("resource", models.CharField(blank=True, help_text="that gave the value", max_length=80)),
                ("department", models.CharField(help_text="who answers now", max_length=80)),
                ("asked_by", models.CharField(max_length=200)),
                ("by_person", models.BooleanField(help_text="the person the record is of, else a clerk")),
                ("asking_department", models.CharField(blank=True, max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("law", models.CharField(blank=True, max_length=400)),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("delivery", models.BigIntegerField(help_text="that brought the value claimed", null=True)),
                ("stages", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["entity_id"], name="fusion_correction_of_entity"),
                    models.Index(fields=["department", "state"], name="fusion_correction_to_answer"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CorrectionEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("media", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "correction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="fusion.correction"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
