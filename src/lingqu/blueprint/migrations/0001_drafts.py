"""Drafts of definitions. Who may steward, apply or administer sees them; a connection of the web role neither publishes
one nor approves its own (ADR 6)."""

from django.db import migrations, models

WALL = """
create function guard.draft() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    said jsonb;
begin
    if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        return new;
    end if;
    said := guard.pass();
    if tg_op = 'INSERT' then
        if new.state <> 'draft' or new.begun_by is distinct from (said ->> 'actor') then
            raise insufficient_privilege using message = 'a draft begins as a draft, by whom it is';
        end if;
        return new;
    end if;
    if old.state in ('approved', 'published', 'dropped') or new.state = 'published' then
        raise insufficient_privilege using message = 'this connection may not publish, nor change what was decided';
    end if;
    if (new.kind, new.code) is distinct from (old.kind, old.code)
       or (new.document, new.base, new.version) is distinct from (old.document, old.base, old.version)
          and (old.state, new.state) is distinct from ('draft', 'draft') then
        raise insufficient_privilege using message = 'what was proposed stays as it was';
    end if;
    if new.state = 'proposed' and old.state <> 'proposed' and new.proposed_by is distinct from (said ->> 'actor') then
        raise insufficient_privilege using message = 'a draft is proposed by whom it is';
    end if;
    if new.state = 'approved' and (
        old.state <> 'proposed' or not coalesce((said -> 'flags') ? 'apply', false)
        or new.seconded_by is distinct from (said ->> 'actor')
        or new.seconder::text is distinct from (said ->> 'account')
        or new.seconded_by = old.proposed_by or new.proposed_by is distinct from old.proposed_by
    ) then
        raise insufficient_privilege using message = 'another person, who may apply blueprints, seconds a draft';
    end if;
    return new;
end $$;
create trigger guard_draft before insert or update on blueprint_draft for each row execute function guard.draft();
revoke all on function guard.draft() from public;
create policy seen on blueprint_draft for select
    using ((select guard.flag('steward') or guard.flag('apply') or guard.flag('administer')));
create policy made on blueprint_draft for insert with check ((select guard.signed()));
create policy changed on blueprint_draft for update using ((select guard.signed()));
alter table blueprint_draft enable row level security;
"""
UNWALLED = """
alter table blueprint_draft disable row level security;
drop policy seen on blueprint_draft; drop policy made on blueprint_draft; drop policy changed on blueprint_draft;
drop trigger guard_draft on blueprint_draft; drop function guard.draft();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0060_meters")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=80)),
                ("document", models.TextField(help_text="JSON, in the order of its keys")),
                ("base", models.CharField(blank=True, max_length=64)),
                ("version", models.IntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        default="draft", help_text="draft, proposed, approved, published, dropped", max_length=10
                    ),
                ),
                ("author", models.CharField(help_text="who saved it last", max_length=200)),
                ("begun_by", models.CharField(max_length=200)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("proposal", models.BigIntegerField(help_text="of access, by its number", null=True)),
                ("proposed_by", models.CharField(blank=True, max_length=200)),
                ("seconded_by", models.CharField(blank=True, max_length=200)),
                ("seconder", models.BigIntegerField(help_text="the account that seconded it", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("revision", models.BigIntegerField(help_text="of the drawing, once published", null=True)),
                (
                    "told",
                    models.JSONField(help_text="why it could not be published: a text in both languages", null=True),
                ),
            ],
            options={
                "db_table": "blueprint_draft",
                "indexes": [models.Index(fields=["kind", "code", "-id"], name="blueprint_draft_of")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("draft", "proposed", "approved"))),
                        fields=("kind", "code"),
                        name="blueprint_draft_open",
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, UNWALLED),
    ]
