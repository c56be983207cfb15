"""Cases, their items, clocks and history; walls behind which the web role sees those of the pass's actor (ADR 6)."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_MINE = "coalesce((select guard.held('handles'))::text[], '{}')"
_CASE = f"'*' = any ({_MINE}) or departments::text[] && {_MINE} or applicant = (select guard.pass() ->> 'actor')"
_OF_CASE = "exists (select from procedures_case c where c.id = case_id)"
_ITEM = f"'*' = any ({_MINE}) or department = any ({_MINE}) or {_OF_CASE}"
_TABLES = (("case", _CASE), ("item", _ITEM), ("clock", _OF_CASE), ("act", _OF_CASE))
WALLS = "".join(
    f"""
create policy seen on procedures_{table} for select using ({seen});
create policy made on procedures_{table} for insert with check ((select guard.signed()));
create policy changed on procedures_{table} for update using ({seen}) with check (true);
create policy gone on procedures_{table} for delete using ({seen});
alter table procedures_{table} enable row level security;
"""
    for table, seen in _TABLES
)
UNWALLED = "".join(
    f"""
alter table procedures_{table} disable row level security;
drop policy seen on procedures_{table}; drop policy made on procedures_{table};
drop policy changed on procedures_{table}; drop policy gone on procedures_{table};
"""
    for table, _ in _TABLES
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0050_my_data")]

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "version",
                    models.CharField(
                        help_text="SHA-256 of the document", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("procedure", models.CharField(max_length=80)),
                ("document", models.TextField(help_text="canonical JSON of the definition")),
                ("first_at", models.DateTimeField()),
            ],
            options={
                "db_table": "procedures_version",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("procedure", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=64)),
                ("state", models.CharField(help_text="running, suspended, ended, withdrawn, stuck", max_length=12)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("applicant", models.CharField(help_text="name of the account", max_length=200)),
                (
                    "departments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), help_text="that lead or took part", size=None
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("marking", models.JSONField(help_text="where its tokens are")),
                ("step", models.IntegerField(default=1)),
                ("started_at", models.DateTimeField()),
                ("due", models.DateTimeField(null=True)),
                ("suspended_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, help_text="the end event that was reached", max_length=80)),
            ],
            options={
                "db_table": "procedures_case",
                "indexes": [
                    models.Index(fields=["applicant", "-id"], name="procedures_case_applicant"),
                    models.Index(fields=["procedure", "state", "-id"], name="procedures_case_procedure"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.IntegerField()),
                ("node", models.CharField(max_length=80)),
                ("fires_at", models.DateTimeField(db_index=True)),
                ("working", models.BooleanField(help_text="counts working days")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="procedures.case"
                    ),
                ),
            ],
            options={
                "db_table": "procedures_clock",
            },
        ),
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("act", models.CharField(max_length=20)),
                ("node", models.CharField(blank=True, max_length=80)),
                ("item", models.BigIntegerField(null=True)),
                ("by", models.CharField(max_length=200)),
                ("department", models.CharField(blank=True, max_length=80)),
                ("words", models.TextField(blank=True)),
                ("detail", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="procedures.case",
                    ),
                ),
            ],
            options={
                "db_table": "procedures_act",
                "indexes": [models.Index(fields=["case", "id"], name="procedures_act_case")],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("node", models.CharField(max_length=80)),
                ("token", models.IntegerField()),
                ("department", models.CharField(max_length=80)),
                ("state", models.CharField(help_text="open, claimed, returned, done, cancelled", max_length=12)),
                ("holder", models.CharField(blank=True, max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("due", models.DateTimeField(null=True)),
                ("overdue_at", models.DateTimeField(help_text="when it was found overdue and told of", null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("days_left", models.IntegerField(help_text="working days left when it was returned", null=True)),
                ("missing", models.JSONField(default=list)),
                ("supplement_due", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=200)),
                ("answers", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="procedures.case",
                    ),
                ),
            ],
            options={
                "db_table": "procedures_item",
                "indexes": [
                    models.Index(fields=["case"], name="procedures_item_case"),
                    models.Index(
                        condition=models.Q(("state__in", ["open", "claimed", "returned"])),
                        fields=["department", "due", "id"],
                        name="procedures_item_inbox",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["open", "claimed", "returned"]), ("overdue_at", None)),
                        fields=["due"],
                        name="procedures_item_due",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
