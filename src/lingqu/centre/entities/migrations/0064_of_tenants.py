"""What of the store each tenant has of its own (access, migration 0080). Migrations that change one of these tables
change it in the schemas of tenants too."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
insert into guard.tenant_part (kind, name) values
    ('function', 'public.entity_counted()'),
    ('function', 'public.entity_counted_one()'),
    ('function', 'guard.past(text)'),
    ('function', 'guard.evolution(text, text[])'),
    ('table', 'public.entity'),
    ('table', 'public.entity_past'),
    ('table', 'public.entity_instance'),
    ('table', 'public.entity_change'),
    ('table', 'public.entity_subscriber'),
    ('table', 'public.entity_tally'),
    ('table', 'public.entity_tried'),
    ('table', 'public.entity_frozen');
"""
BACKWARDS = "delete from guard.tenant_part where name ~ 'entity|guard';"


class Migration(migrations.Migration):
    dependencies = [("entities", "0063_counted_where_changed"), ("access", "0080_tenants")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
