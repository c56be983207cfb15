"""Copies of subscriptions at sources, and what these tell."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0007_of_tenants")]
    operations = [
        migrations.CreateModel(
            name="Forward",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("subscription", models.TextField()),
                ("source", models.TextField()),
                ("version", models.BigIntegerField(help_text="of the subscription, of which it is a copy")),
                (
                    "state",
                    models.CharField(default="wanted", help_text="wanted, placed, refused, ending", max_length=8),
                ),
                ("attempts", models.IntegerField(default=0, help_text="tries in a row that failed")),
                (
                    "next_at",
                    models.DateTimeField(help_text="when something is to be done: place, renew, end", null=True),
                ),
                ("why", models.JSONField(help_text="rule, message, next_step of the last failure", null=True)),
            ],
            options={
                "db_table": "protocols_forward",
                "indexes": [
                    models.Index(fields=["subscription", "source"], name="protocols_forward_pair"),
                    models.Index(fields=["next_at"], name="protocols_forward_next"),
                ],
            },
        ),
        migrations.AddField(
            "Subscription",
            "via",
            models.TextField(blank=True, default="", help_text="the systems it came through (RFC 9110 7.6.3)"),
        ),
        migrations.AddField("Notice", "data", models.JSONField(null=True)),
    ]
