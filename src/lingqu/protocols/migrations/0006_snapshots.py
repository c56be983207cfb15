from django.db import migrations, models

WALL = """
create policy own on protocols_snapshot
    using (maker = (select guard.said('actor'))) with check (maker = (select guard.said('actor')));
alter table protocols_snapshot enable row level security;
"""
NO_WALL = """
alter table protocols_snapshot disable row level security;
drop policy own on protocols_snapshot;
"""


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0005_subscription_guard"), ("entities", "0062_frozen")]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("maker", models.CharField(max_length=200)),
                ("document", models.JSONField()),
                ("context", models.JSONField(null=True)),
                (
                    "state",
                    models.CharField(
                        default="preparing", help_text="preparing, success, partial, empty, failure", max_length=12
                    ),
                ),
                ("details", models.JSONField(default=list, help_text="of each query what came of it")),
                ("priority", models.SmallIntegerField(default=5)),
                ("filling", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("modified_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
            ],
            options={
                "db_table": "protocols_snapshot",
                "indexes": [models.Index(fields=["maker", "expires_at"], name="protocols_snapshot_maker")],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
