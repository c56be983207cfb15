"""Appointments behind walls (ADR 6): an account sees its own and those of whom it acts for, an office those at its
counters. How many places of a slot are taken tells of nobody."""

from django.db import migrations, models

_MINE = "coalesce((select guard.held('handles'))::text[], '{}')"
_OWN = "account = (select guard.pass() ->> 'actor')"
_FOR = "on_behalf_of <> '' and on_behalf_of = (select guard.pass() ->> 'behalf')"
_OFFICE = f"'*' = any ({_MINE}) or department = any ({_MINE})"
_ANY = f"{_OWN} or ({_FOR}) or {_OFFICE}"
WALLS = f"""
create policy seen on offers_booking for select using ({_ANY});
create policy made on offers_booking for insert with check ({_OWN});
create policy changed on offers_booking for update using ({_ANY});
alter table offers_booking enable row level security;
create policy seen on offers_slot for select using (true);
create policy made on offers_slot for insert with check ((select guard.signed()));
create policy changed on offers_slot for update using ((select guard.signed()));
alter table offers_slot enable row level security;
"""
UNWALLED = "".join(
    f"alter table {table} disable row level security; "
    f"drop policy seen on {table}; drop policy made on {table}; drop policy changed on {table}; "
    for table in ("offers_booking", "offers_slot")
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0070_mandates")]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("counter", models.CharField(max_length=80)),
                ("department", models.CharField(max_length=80)),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("account", models.CharField(max_length=200)),
                ("name", models.CharField(help_text="who comes, or for whom", max_length=400)),
                (
                    "on_behalf_of",
                    models.CharField(blank=True, default="", help_text="entity id; empty for oneself", max_length=200),
                ),
                ("matter", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(default="booked", help_text="booked, cancelled, came, missed", max_length=10),
                ),
                ("booked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "offers_booking",
                "indexes": [
                    models.Index(fields=["account", "-begins"], name="offers_booking_account"),
                    models.Index(
                        condition=models.Q(("on_behalf_of", ""), _negated=True),
                        fields=["on_behalf_of", "-begins"],
                        name="offers_booking_behalf",
                    ),
                    models.Index(fields=["counter", "begins"], name="offers_booking_day"),
                    models.Index(
                        condition=models.Q(("reminded_at", None), ("state", "booked")),
                        fields=["begins"],
                        name="offers_booking_remind",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "booked")),
                        fields=("account", "counter", "begins"),
                        name="offers_booking_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counter", models.CharField(max_length=80)),
                ("begins", models.DateTimeField()),
                ("taken", models.IntegerField()),
            ],
            options={
                "db_table": "offers_slot",
                "constraints": [
                    models.UniqueConstraint(fields=("counter", "begins"), name="offers_slot_one"),
                    models.CheckConstraint(condition=models.Q(("taken__gte", 0)), name="offers_slot_taken"),
                ],
            },
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
