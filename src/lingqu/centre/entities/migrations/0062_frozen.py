"""Copies of entities that stay as they were when a snapshot was made (CIM 009 5.16).

A copy has all columns of ``entity``, so that whoever reads copies may read them by the statements of the store: a
migration that adds a column there adds it here as well. They are their maker's, and of them only what the maker may see
today.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

SEEN = import_module("lingqu.centre.entities.migrations.0030_walls").SEEN

FORWARDS = f"""
create table entity_frozen (
    snapshot text collate "C" not null,
    maker    text collate "C" not null,
    like entity including defaults,
    primary key (snapshot, id)
);
create policy own on entity_frozen
    using (maker = (select guard.said('actor')) and ({SEEN})) with check (maker = (select guard.said('actor')));
create policy ended on entity_frozen for delete using (maker = (select guard.said('actor')));
alter table entity_frozen enable row level security;
"""
BACKWARDS = "drop table entity_frozen;"


class Migration(migrations.Migration):
    dependencies = [("entities", "0061_planned_once"), ("access", "0034_ledger_wall")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
