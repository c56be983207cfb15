"""Owner, region and expiry stand in the index by type: what a grant asks of a row is answered without the row."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("entities", "0002_facets")]
    operations = [
        migrations.RunSQL(
            "drop index entity_type_id; "
            "create index entity_type_id on entity (type, id) include (owner, region, expires_at)",
            "drop index entity_type_id; create index entity_type_id on entity (type, id)",
        ),
    ]
