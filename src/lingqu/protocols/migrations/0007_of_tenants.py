"""What of this room each tenant has of its own (access, migration 0080); a hosted context belongs to a tenant."""

from __future__ import annotations

from django.db import migrations, models

FORWARDS = """
insert into guard.tenant_part (kind, name) values
    ('table', 'public.protocols_subscription'),
    ('table', 'public.protocols_notice'),
    ('table', 'public.protocols_source'),
    ('table', 'public.protocols_sourcestate'),
    ('table', 'public.protocols_snapshot'),
    ('table', 'public.protocols_entitymap');
"""
BACKWARDS = "delete from guard.tenant_part where name ~ 'protocols';"


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0006_snapshots"), ("access", "0080_tenants")]
    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AddField("KeptContext", "tenant", models.CharField(blank=True, default="", max_length=50)),
    ]
