"""Disputes hold values of persons: row-level security as for the history of entities (ADR 6)."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
create policy seen on fusion_fusiondispute for select using (
    (select guard.flag('steward')) or guard.past(entity_id)
);
create policy changed on fusion_fusiondispute for update using (
    (select guard.flag('steward')) or (select guard.flag('write'))
);
alter table fusion_fusiondispute enable row level security;
"""

BACKWARDS = """
alter table fusion_fusiondispute disable row level security;
drop policy seen on fusion_fusiondispute;
drop policy changed on fusion_fusiondispute;
"""


class Migration(migrations.Migration):
    dependencies = [("fusion", "0001_runs_and_disputes"), ("entities", "0030_walls")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
