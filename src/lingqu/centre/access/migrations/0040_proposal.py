"""Proposals that wait for a second pair of eyes."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

WALL = """
create policy seen on access_proposal for select using (true);
create policy made on access_proposal for insert with check ((select guard.signed()));
create policy changed on access_proposal for update using ((select guard.signed()));
alter table access_proposal enable row level security;
"""
OPEN = """
alter table access_proposal disable row level security;
drop policy seen on access_proposal; drop policy made on access_proposal; drop policy changed on access_proposal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0020_attempts_and_shared_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=40)),
                ("arguments", models.JSONField()),
                (
                    "dangers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("asked_by", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("state", models.CharField(default="asked", help_text="asked, done, refused", max_length=10)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(blank=True, max_length=400)),
                ("outcome", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "access_proposal",
                "indexes": [
                    models.Index(fields=["state", "expires_at"], name="access_prop_state_0f0b90_idx"),
                    models.Index(fields=["asked_by"], name="access_prop_asked_b_ffe539_idx"),
                ],
            },
        ),
        migrations.RunSQL(WALL, OPEN),
    ]
