"""Who acts for whom: what follows from the registers, and mandates; behind walls (ADR 6).

A pass opens the rows of its own person and account. That somebody else may give a mandate is asked of the server by
``guard.represents``, which says yes or no about a pair that is known already.
"""

# ruff: noqa: S608

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

_AS_OWNER = "language plpgsql stable security definer set search_path = pg_catalog, pg_temp"
_ME, _PERSON = "(select guard.pass() ->> 'actor')", "(select guard.pass() ->> 'person')"
_MINE = f"giver = {_ME} or taker = {_ME} or entity = {_PERSON} or guard.represents({_PERSON}, entity)"

WALLS = f"""
create function guard.represents(who text, whom text) returns boolean {_AS_OWNER} as $$
begin
    return exists (
        select from public.access_representation
        where representative = who and represented = whom and (until is null or until > now())
    );
end $$;
comment on function guard.represents(text, text) is 'whether the registers let a person act for an entity';

create function guard.mandate() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if (new.number, new.entity, new.entity_type, new.label, new.giver, new.giver_person, new.taker, new.does,
        new.services, new.words, new.begins, new.ends, new.created_at)
       is distinct from
       (old.number, old.entity, old.entity_type, old.label, old.giver, old.giver_person, old.taker, old.does,
        old.services, old.words, old.begins, old.ends, old.created_at)
       or (old.accepted_at is not null and new.accepted_at is distinct from old.accepted_at)
       or (old.refused_at is not null and new.refused_at is distinct from old.refused_at)
       or (old.ended_at is not null and new.ended_at is distinct from old.ended_at) then
        raise insufficient_privilege using message = 'of a mandate nothing is changed but its answer and its end, once';
    end if;
    if (new.accepted_at, new.refused_at) is distinct from (old.accepted_at, old.refused_at)
       and new.taker is distinct from (guard.pass() ->> 'actor')
       and not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        raise insufficient_privilege using message = 'only whom a mandate was offered to answers it';
    end if;
    return new;
end $$;
create trigger guard_mandate before update on access_mandate for each row execute function guard.mandate();
revoke all on function guard.represents(text, text), guard.mandate() from public;

create policy seen on access_representation for select using (representative = {_PERSON});
alter table access_representation enable row level security;
create policy seen on access_mandate for select using ({_MINE});
create policy made on access_mandate for insert with check (
    giver = {_ME} and giver_person = {_PERSON} and accepted_at is null
    and (giver_person = entity or guard.represents(giver_person, entity))
);
create policy changed on access_mandate for update using ({_MINE});
alter table access_mandate enable row level security;
"""
UNWALLED = """
drop trigger guard_mandate on access_mandate;
alter table access_mandate disable row level security;
alter table access_representation disable row level security;
drop policy seen on access_mandate; drop policy made on access_mandate; drop policy changed on access_mandate;
drop policy seen on access_representation;
drop function guard.represents(text, text), guard.mandate();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0050_my_data")]
    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(db_collation="C", help_text="id of the entity acted for", max_length=200)),
                ("entity_type", models.CharField(max_length=80)),
                ("label", models.CharField(blank=True, max_length=400)),
                ("giver", models.CharField(help_text="name of an account", max_length=150)),
                ("giver_person", models.CharField(db_collation="C", max_length=200)),
                ("taker", models.CharField(help_text="name of an account", max_length=150)),
                (
                    "does",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        default=list,
                        help_text="codes of procedures; none: all",
                        size=None,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200)),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "db_table": "access_mandate",
                "indexes": [
                    models.Index(fields=["giver"], name="access_mandate_giver"),
                    models.Index(fields=["taker"], name="access_mandate_taker"),
                    models.Index(fields=["entity"], name="access_mandate_entity"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Representation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=80)),
                (
                    "representative",
                    models.CharField(db_collation="C", help_text="id of a person's entity", max_length=200),
                ),
                ("represented", models.CharField(db_collation="C", help_text="id of an entity", max_length=200)),
                ("type", models.CharField(max_length=80)),
                ("label", models.CharField(blank=True, max_length=400)),
                (
                    "via",
                    models.CharField(
                        blank=True, db_collation="C", help_text="id of the entity between them", max_length=200
                    ),
                ),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "access_representation",
                "indexes": [
                    models.Index(fields=["represented"], name="access_representation_of"),
                    models.Index(fields=["via"], name="access_representation_via"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("representative", "represented", "rule"), name="access_representation_one"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
