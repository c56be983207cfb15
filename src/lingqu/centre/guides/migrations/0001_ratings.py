"""Ratings behind walls (ADR 6), and the figures that everybody sees."""

from django.db import migrations, models

_MINE = "coalesce((select guard.held('handles'))::text[], '{}')"
_OWN = "account = (select guard.pass() ->> 'actor')"
_OFFICE = f"('*' = any ({_MINE}) or department = any ({_MINE}))"
WALLS = f"""
create policy seen on guides_rating for select using ({_OWN} or {_OFFICE});
create policy made on guides_rating for insert with check ({_OWN});
create policy changed on guides_rating for update using ({_OFFICE});
alter table guides_rating enable row level security;
"""
UNWALLED = """
alter table guides_rating disable row level security;
drop policy seen on guides_rating; drop policy made on guides_rating; drop policy changed on guides_rating;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0050_my_data")]

    operations = [
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(help_text="procedure, department", max_length=10)),
                ("code", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("received", models.IntegerField()),
                ("ended", models.IntegerField()),
                ("in_time", models.IntegerField()),
                ("median", models.IntegerField(help_text="working days from application to end", null=True)),
                ("rated", models.IntegerField()),
                ("stars", models.IntegerField(help_text="their sum")),
                ("content", models.IntegerField(help_text="of three stars and more")),
                ("bad", models.IntegerField()),
                ("followed", models.IntegerField(help_text="bad ones that were followed up in time")),
            ],
            options={
                "db_table": "guides_figure",
                "constraints": [models.UniqueConstraint(fields=("scope", "code"), name="guides_one_figure")],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.BigIntegerField(unique=True)),
                ("procedure", models.CharField(max_length=80)),
                ("department", models.CharField(help_text="that led the case", max_length=80)),
                ("account", models.CharField(max_length=200)),
                ("stars", models.SmallIntegerField(help_text="1 to 5")),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("due", models.DateTimeField(help_text="by when a bad one is followed up", null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=200)),
                ("answered_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "guides_rating",
                "indexes": [
                    models.Index(fields=["department", "-id"], name="guides_rating_department"),
                    models.Index(
                        condition=models.Q(("published_at", None)), fields=["procedure"], name="guides_rating_new"
                    ),
                    models.Index(condition=models.Q(("answered_at", None)), fields=["due"], name="guides_rating_due"),
                ],
            },
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
