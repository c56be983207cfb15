"""What persons see of the ledger: an index by person, objections."""

from __future__ import annotations

from django.db import migrations, models

# Of the rows that tell of looks only: what fusion writes has a thousand ids a row and is nobody's look. New entries
# wait in the index's pending list, so that to append stays cheap.
INDEX = """
create index access_ledger_persons on access_ledger using gin (entity_ids)
    where act = any (array['read', 'export', 'verify', 'refused']);
"""
WALLS = """
create policy seen on access_objection for select using (
    (select guard.flag('steward')) or person = any ((select guard.held('ids'))::text[])
);
create policy made on access_objection for insert with check ((select guard.signed()));
create policy changed on access_objection for update using ((select guard.flag('steward')));
alter table access_objection enable row level security;
"""
UNWALLED = """
alter table access_objection disable row level security;
drop policy seen on access_objection; drop policy made on access_objection; drop policy changed on access_objection;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0034_ledger_wall")]
    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("person", models.CharField(db_collation="C", help_text="id of the Person entity", max_length=200)),
                ("department", models.CharField(help_text="who answers", max_length=80)),
                ("look", models.BigIntegerField(default=0, help_text="row of the ledger; 0: processing as a whole")),
                ("words", models.TextField()),
                ("state", models.CharField(default="open", help_text="open, upheld, rejected", max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("law", models.CharField(blank=True, max_length=400)),
                ("answered_by", models.CharField(blank=True, max_length=200)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "access_objection",
                "indexes": [
                    models.Index(fields=["person"], name="access_obje_person"),
                    models.Index(fields=["department", "state"], name="access_obje_department"),
                ],
            },
        ),
        migrations.RunSQL(INDEX, "drop index access_ledger_persons"),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
