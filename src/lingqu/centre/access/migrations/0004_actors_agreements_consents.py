"""Systems and devices beside people, keys, delegations, what agreements grant, and consents."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# One row that grows with every change of a grant by agreement: whoever decides asks for it and knows whether what it
# remembers still holds.
VERSION = """
create table access_version (one boolean primary key default true check (one), n bigint not null);
insert into access_version (n) values (1);
create function access_version_grows() returns trigger language plpgsql as $$
begin
    insert into access_version as v (n) values (1) on conflict (one) do update set n = v.n + 1;
    return null;
end $$;
create trigger access_grant_version after insert or update or delete on access_grant
    for each statement execute function access_version_grows();
create trigger access_consent_version after insert or update or delete on access_consent
    for each statement execute function access_version_grows();
"""
UNDO = """
drop trigger access_grant_version on access_grant;
drop trigger access_consent_version on access_consent;
drop function access_version_grows();
drop table access_version;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_ledger_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[("person", "person"), ("client", "client"), ("device", "device")],
                default="person",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="valid_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("person", models.CharField(db_collation="C", help_text="id of the Person entity", max_length=200)),
                ("agreement", models.CharField(max_length=40)),
                ("department", models.CharField(help_text="who may read", max_length=80)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, help_text="attributes", size=None
                    ),
                ),
                ("matter", models.CharField(help_text="what for, in words", max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=200)),
                ("given_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("way", models.CharField(blank=True, help_text="page, paper", max_length=20)),
                (
                    "evidence",
                    models.CharField(blank=True, help_text="number and SHA-256 of a signed paper", max_length=200),
                ),
            ],
            options={
                "db_table": "access_consent",
                "indexes": [
                    models.Index(fields=["person", "agreement"], name="access_cons_person_0a03cb_idx"),
                    models.Index(fields=["agreement"], name="access_cons_agreeme_5183dd_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="key, certificate", max_length=12)),
                ("digest", models.CharField(help_text="SHA-256", max_length=64, unique=True)),
                ("hint", models.CharField(help_text="the key's beginning, the certificate's subject", max_length=80)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.CharField(max_length=200)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_on", models.DateField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "access_credential",
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                ("reason", models.CharField(max_length=200)),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lent_by_me",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lent_to_me",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "access_delegation",
            },
        ),
        migrations.CreateModel(
            name="StandingGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement", models.CharField(max_length=40)),
                ("department", models.CharField(max_length=80)),
                (
                    "accounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=150),
                        default=list,
                        help_text="systems by name; empty: all",
                        size=None,
                    ),
                ),
                (
                    "people_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("grant", models.JSONField(help_text="a Grant, as of the drawing's roles")),
                ("consent", models.BooleanField(default=False, help_text="only persons whose consent is living")),
                ("basis", models.CharField(blank=True, max_length=400)),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "db_table": "access_grant",
                "indexes": [
                    models.Index(fields=["department"], name="access_gran_departm_60b382_idx"),
                    models.Index(fields=["agreement"], name="access_gran_agreeme_c71552_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("calls", models.BigIntegerField(default=0)),
                ("entities", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "access_usage",
                "constraints": [models.UniqueConstraint(fields=("agreement", "day"), name="access_usage_day")],
            },
        ),
        migrations.RunSQL(VERSION, UNDO),
    ]
