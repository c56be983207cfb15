"""Comments between offices, files, calls to look, deputies' acts, appeals; and their walls (ADR 6)."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_MINE = "coalesce((select guard.held('handles'))::text[], '{}')"
_ME = "(select guard.pass() ->> 'actor')"
_CASE = "select from procedures_case c where c.id = case_id"
_OFFICE = f"('*' = any ({_MINE}) or c.departments::text[] && {_MINE})"
# Nobody who applied reads what offices say of his case, though he be a clerk of one of them.
_COMMENT = f"exists ({_CASE} and {_OFFICE} and c.applicant is distinct from {_ME})"
_FILE = (
    f"exists ({_CASE} and (({_OFFICE} and c.applicant is distinct from {_ME}) "
    f"or (c.applicant = {_ME} and (department = '' or for_applicant))))"
)
_CALL = f"person = {_ME} or (person = '' and department = any ({_MINE})) or '*' = any ({_MINE})"
# A case is opened to a department by the act that calls it in; the row that tells it may come before the case's change.
_SIGNED = "(select guard.signed())"
_TABLES = (("comment", _COMMENT, _COMMENT), ("file", _FILE, _FILE), ("call", _CALL, _SIGNED))
WALLS = "".join(
    f"""
create policy seen on procedures_{table} for select using ({seen});
create policy made on procedures_{table} for insert with check ({made});
create policy changed on procedures_{table} for update using ({seen}) with check (true);
alter table procedures_{table} enable row level security;
"""
    for table, seen, made in _TABLES
)
UNWALLED = "".join(
    f"""
alter table procedures_{table} disable row level security;
drop policy seen on procedures_{table}; drop policy made on procedures_{table};
drop policy changed on procedures_{table};
"""
    for table, _seen, _made in _TABLES
)


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0001_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.BigIntegerField(null=True)),
                ("comment", models.BigIntegerField(null=True)),
                ("stage", models.SmallIntegerField(default=0, help_text="of escalation")),
                ("department", models.CharField(blank=True, max_length=80)),
                (
                    "person",
                    models.CharField(
                        blank=True, help_text="name of the account; empty: all of the department", max_length=200
                    ),
                ),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "procedures_call",
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("stands_for", models.CharField(blank=True, max_length=200)),
                ("department", models.CharField(blank=True, max_length=80)),
                ("words", models.TextField()),
                (
                    "to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        default=list,
                        help_text="departments it is said to",
                        size=None,
                    ),
                ),
            ],
            options={
                "db_table": "procedures_comment",
            },
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("department", models.CharField(blank=True, help_text="empty: the applicant's", max_length=80)),
                ("name", models.CharField(max_length=120)),
                ("media", models.CharField(max_length=100)),
                ("size", models.IntegerField(help_text="bytes")),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "for_applicant",
                    models.BooleanField(default=False, help_text="an office's file that the applicant sees"),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "procedures_file",
            },
        ),
        migrations.AddField(
            model_name="act",
            name="stands_for",
            field=models.CharField(db_default="", default="", help_text="whose deputy ``by`` was", max_length=200),
        ),
        migrations.AddField(
            model_name="case",
            name="appeal_of",
            field=models.BigIntegerField(help_text="the case whose outcome is appealed against", null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="escalates_at",
            field=models.DateTimeField(help_text="when the next stage comes", null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="stage",
            field=models.SmallIntegerField(db_default=0, default=0, help_text="stages of escalation that were told of"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("appeal_of__isnull", False)), fields=["appeal_of"], name="procedures_case_appeal"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "claimed", "returned"]), ("escalates_at__isnull", False)),
                fields=["escalates_at"],
                name="procedures_item_escalates",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="procedures.case"
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="procedures.case",
            ),
        ),
        migrations.AddField(
            model_name="file",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="procedures.case"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["case"], name="procedures_call_case"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("seen_at", None)), fields=["department", "-id"], name="procedures_call_dept"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("seen_at", None)), fields=["person", "-id"], name="procedures_call_person"
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["case", "id"], name="procedures_comment_case"),
        ),
        migrations.AddIndex(
            model_name="file",
            index=models.Index(fields=["case", "id"], name="procedures_file_case"),
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
