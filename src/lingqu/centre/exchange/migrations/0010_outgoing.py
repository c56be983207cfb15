from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("agreement", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("terms", models.CharField(blank=True, max_length=64)),
                ("compared_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "exchange_subscription",
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement", models.CharField(max_length=40)),
                ("resource", models.CharField(max_length=80)),
                ("provider", models.CharField(max_length=80)),
                ("consumer", models.CharField(max_length=80)),
                ("entity_type", models.CharField(max_length=80)),
                ("channel", models.CharField(max_length=16)),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("attempts", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("batch", models.IntegerField(default=0, help_text="batches received so far")),
                ("rows_read", models.BigIntegerField(default=0)),
                ("rows_sent", models.BigIntegerField(default=0)),
                ("rows_received", models.BigIntegerField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("receipt", models.JSONField(default=dict)),
                ("error", models.JSONField(null=True)),
                (
                    "tries",
                    models.JSONField(default=list, help_text="[{at, rule, zh, en}], the last twenty that failed"),
                ),
                ("asked_by", models.CharField(blank=True, help_text="empty: by its schedule", max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("cursor_from", models.CharField(blank=True, max_length=200)),
                ("cursor_to", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "exchange_dispatch",
                "indexes": [
                    models.Index(fields=["agreement", "-id"], name="exchange_di_agreeme_d8b798_idx"),
                    models.Index(fields=["consumer", "-id"], name="exchange_di_consume_d8f891_idx"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["next_at"],
                        name="exchange_dispatch_pending",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "running", "parked"])),
                        fields=("agreement",),
                        name="exchange_dispatch_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Held",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement", models.CharField(max_length=40)),
                ("entity_id", models.TextField(db_collation="C")),
                ("modified_at", models.DateTimeField()),
            ],
            options={
                "db_table": "exchange_held",
                "constraints": [models.UniqueConstraint(fields=("agreement", "entity_id"), name="exchange_held_once")],
            },
        ),
    ]
