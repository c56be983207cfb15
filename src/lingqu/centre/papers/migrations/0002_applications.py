"""Applications, their files and editions; walls behind which the web role sees those of the pass's actor (ADR 6).

Departments see an application by its case: that policy stands with the cases (procedures).
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_OWN = """
    account = (select guard.pass() ->> 'actor')
    or (on_behalf_of <> '' and on_behalf_of = (select guard.pass() ->> 'behalf'))
    or (select guard.held('handles'))::text[] = '{*}'
"""
_OF = "exists (select from papers_application a where a.id = application_id)"
_TABLES = (("application", _OWN), ("attachment", _OF))
WALLS = "".join(
    f"""
create policy seen on papers_{table} for select using ({seen});
create policy made on papers_{table} for insert with check ((select guard.signed()));
create policy changed on papers_{table} for update using ({seen}) with check (true);
create policy gone on papers_{table} for delete using ({seen});
alter table papers_{table} enable row level security;
"""
    for table, seen in _TABLES
)
UNWALLED = "".join(
    f"""
alter table papers_{table} disable row level security;
drop policy seen on papers_{table}; drop policy made on papers_{table};
drop policy changed on papers_{table}; drop policy gone on papers_{table};
"""
    for table, _ in _TABLES
)


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_certificates"), ("access", "0050_my_data")]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "edition",
                    models.CharField(
                        help_text="SHA-256 of the document", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("situation", models.CharField(max_length=80)),
                ("document", models.TextField(help_text="canonical JSON of situation, forms, terms and rules")),
                ("first_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("situation", models.CharField(max_length=80)),
                (
                    "facts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        help_text="that are true of the applicant",
                        size=None,
                    ),
                ),
                ("account", models.CharField(max_length=200)),
                (
                    "person",
                    models.CharField(
                        blank=True, default="", help_text="entity id of the account's person", max_length=200
                    ),
                ),
                (
                    "on_behalf_of",
                    models.CharField(blank=True, default="", help_text="entity id; empty for oneself", max_length=200),
                ),
                ("answers", models.JSONField(default=dict, help_text="term → what was typed, a text for each row")),
                ("looks", models.JSONField(default=dict, help_text="what registers said, by what they were asked")),
                ("step", models.IntegerField(default=1)),
                ("state", models.CharField(default="draft", help_text="draft, sent", max_length=10)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("edition", models.CharField(blank=True, default="", max_length=64)),
                ("sent", models.JSONField(default=dict, help_text="filled forms, statement, what offices wrote")),
                ("case", models.BigIntegerField(null=True, unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "-id"], name="papers_applications_of"),
                    models.Index(
                        condition=models.Q(("state", "draft")), fields=["saved_at"], name="papers_drafts_by_age"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(blank=True, default="", help_text="empty: supplemented", max_length=120)),
                ("name", models.CharField(max_length=120)),
                ("media", models.CharField(max_length=60)),
                ("size", models.IntegerField(help_text="bytes")),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="papers.application"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
