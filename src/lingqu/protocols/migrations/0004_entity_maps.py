from django.db import migrations, models

WALL = """
create policy own on protocols_entitymap
    using (maker = (select guard.said('actor'))) with check (maker = (select guard.said('actor')));
alter table protocols_entitymap enable row level security;
"""
NO_WALL = """
alter table protocols_entitymap disable row level security;
drop policy own on protocols_entitymap;
"""


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0003_sources"), ("access", "0034_ledger_wall")]

    operations = [
        migrations.CreateModel(
            name="EntityMap",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("maker", models.CharField(max_length=200)),
                ("entities", models.JSONField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "protocols_entitymap",
                "indexes": [models.Index(fields=["maker", "expires_at"], name="protocols_entitymap_maker")],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
