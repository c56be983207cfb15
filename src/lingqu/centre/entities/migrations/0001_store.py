"""The tables of the store (ADR 2). Plain SQL: Django's models could not say half of it."""

from __future__ import annotations

from django.db import migrations

ENTITY = """
create table entity (
    id          text collate "C" primary key,
    type        text collate "C" not null,
    types       text[] not null default '{}',
    owner       text collate "C" not null default '',
    region      text collate "C" not null default '',
    scopes      text[] not null default '{}',
    label       text collate "C" not null default '',
    search      text collate "C" not null default '',
    attrs       jsonb not null default '{}',
    geo         jsonb not null default '{}',
    prov        jsonb not null default '{}',
    bounds      box,
    geom        bytea,
    true_from   timestamptz,
    true_to     timestamptz,
    created_at  timestamptz not null,
    modified_at timestamptz not null,
    expires_at  timestamptz,
    version     integer not null default 1
);
comment on column entity.search is 'normalised words, one space between';
comment on column entity.geom is 'WKB of the geometry on maps, WGS-84';
"""

# Lexemes are pairs of neighbouring characters and the last character of each word; a single character is found as a
# prefix. The embedded server has neither pg_trgm nor a Chinese parser.
GRAMS = """
create function entity_grams(words text) returns tsvector
language plpgsql immutable strict parallel safe as $$
declare
    characters text[] := string_to_array(words, null);
    grams text[] := '{}';
    last integer := coalesce(array_length(characters, 1), 0);
begin
    for place in 1 .. last loop
        continue when characters[place] = ' ';
        grams[place] := characters[place] || case when place = last or characters[place + 1] = ' ' then ''
                                                  else characters[place + 1] end;
    end loop;
    return array_to_tsvector(array_remove(grams, null));
end $$;
"""

INDEXES = """
create index entity_attrs on entity using gin (attrs jsonb_path_ops);
create index entity_words on entity using gin (entity_grams(search));
create index entity_bounds on entity using gist (bounds);
create index entity_type_id on entity (type, id);
create index entity_type_owner on entity (type, owner, id);
create index entity_type_region on entity (type, region, id);
create index entity_type_modified on entity (type, modified_at, id);
create index entity_type_label on entity (type, label, id);
create index entity_types on entity using gin (types) where types <> '{}';
create index entity_expires on entity (expires_at) where expires_at is not null;
"""

PAST = """
create table entity_past (
    seq         bigint generated always as identity primary key,
    entity_id   text collate "C" not null,
    version     integer not null,
    was         jsonb not null,
    meta        jsonb not null default '{}',
    known_from  timestamptz not null,
    known_to    timestamptz not null,
    true_from   timestamptz,
    true_to     timestamptz,
    actor       text not null,
    cause       text not null default ''
);
create index entity_past_entity on entity_past (entity_id, seq);
comment on table entity_past is 'what was before each change, null where there was nothing; append-only';
"""

CHANGE = """
create table entity_change (
    seq         bigint generated always as identity primary key,
    xid         xid8 not null default pg_current_xact_id(),
    entity_id   text collate "C" not null,
    type        text collate "C" not null,
    operation   text not null,
    attributes  text[] not null default '{}',
    at          timestamptz not null,
    actor       text not null,
    cause       text not null default ''
);
create index entity_change_order on entity_change (xid, seq);
create table entity_subscriber (
    name        text primary key,
    cursor      text not null,
    at          timestamptz not null default now()
);
"""

APPEND_ONLY = """
create function entity_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'entity_past is append-only';
end $$;
create trigger entity_past_append_only before update on entity_past
    for each row execute function entity_append_only();
"""

UNDO = """
drop table if exists entity, entity_past, entity_change, entity_subscriber;
drop function if exists entity_grams(text), entity_append_only();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(ENTITY + GRAMS + INDEXES + PAST + CHANGE + APPEND_ONLY, UNDO),
    ]
