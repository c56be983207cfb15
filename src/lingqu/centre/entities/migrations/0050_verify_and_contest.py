"""Different values tried of one person, as keyed digests; and which attributes of an entity are contested."""

from __future__ import annotations

from django.db import migrations

# The value column is a digest with the instance's key: the table tells nobody what was claimed of whom.
TRIED = """
create table entity_tried (
    day         date not null,
    by_whom     text collate "C" not null,
    what        bytea not null,
    value       bytea not null,
    primary key (day, by_whom, what, value)
);
comment on table entity_tried is 'keyed digests: what = entity and attribute, value = the test that was asked';
"""
CONTESTED = "alter table entity add column contested text[] not null default '{}';"


class Migration(migrations.Migration):
    dependencies = [("entities", "0030_walls")]
    operations = [
        migrations.RunSQL(TRIED, "drop table entity_tried"),
        migrations.RunSQL(CONTESTED, "alter table entity drop column contested"),
    ]
