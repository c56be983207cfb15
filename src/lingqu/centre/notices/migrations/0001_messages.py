"""Messages to accounts; walls behind which the web role sees those of the pass's actor (ADR 6)."""

import django.db.models.deletion
from django.db import migrations, models

_MINE = "account = (select guard.pass() ->> 'actor')"
# Whoever is signed in may tell another; what he told is not his to see.
WALLS = f"""
create policy seen on notices_message for select using ({_MINE});
create policy made on notices_message for insert with check ((select guard.signed()));
create policy changed on notices_message for update using ({_MINE});
alter table notices_message enable row level security;
create policy seen on notices_preference for select using ({_MINE});
create policy made on notices_preference for insert with check ({_MINE});
create policy changed on notices_preference for update using ({_MINE});
alter table notices_preference enable row level security;
create policy seen on notices_sending for select using ({_MINE});
create policy made on notices_sending for insert with check ({_MINE} and message_id is null);
create policy changed on notices_sending for update using ({_MINE});
alter table notices_sending enable row level security;
"""
UNWALLED = "".join(
    f"alter table notices_{table} disable row level security; drop policy seen on notices_{table}; "
    f"drop policy made on notices_{table}; drop policy changed on notices_{table};"
    for table in ("message", "preference", "sending")
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0050_my_data")]

    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("account", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("language", models.CharField(default="zh", max_length=2)),
                ("mail", models.CharField(blank=True, max_length=254)),
                ("mail_confirmed_at", models.DateTimeField(null=True)),
                ("hook", models.CharField(blank=True, max_length=500)),
                ("turn", models.IntegerField(default=1)),
                ("ways", models.JSONField(default=dict, help_text="kind → ways")),
            ],
            options={
                "db_table": "notices_preference",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(help_text="name of the account", max_length=200)),
                ("kind", models.CharField(max_length=12)),
                ("subject", models.JSONField(help_text="zh, en")),
                ("words", models.JSONField(help_text="zh, en")),
                ("link", models.CharField(blank=True, help_text="an address of this site", max_length=300)),
                ("about", models.CharField(blank=True, help_text="such as case:7", max_length=80)),
                ("key", models.CharField(help_text="the same thing is told once", max_length=120)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "planned",
                    models.BooleanField(default=False, help_text="whether it was decided which ways it goes out"),
                ),
            ],
            options={
                "db_table": "notices_message",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="notices_of_account"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["account"], name="notices_unread"),
                    models.Index(condition=models.Q(("planned", False)), fields=["id"], name="notices_to_plan"),
                ],
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="notices_told_once")],
            },
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=200)),
                ("way", models.CharField(help_text="mail, hook", max_length=4)),
                ("address", models.CharField(max_length=500)),
                ("words", models.TextField(blank=True, help_text="where there is no message")),
                ("state", models.CharField(help_text="waiting, sent, parked, dropped", max_length=8)),
                ("attempts", models.IntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
                ("why", models.JSONField(help_text="what the last try came to: rule, zh, en", null=True)),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sendings",
                        to="notices.message",
                    ),
                ),
            ],
            options={
                "db_table": "notices_sending",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="notices_due"),
                    models.Index(fields=["account", "-id"], name="notices_sendings_of"),
                ],
                "constraints": [models.UniqueConstraint(fields=("message", "way"), name="notices_one_a_way")],
            },
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
