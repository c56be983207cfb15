"""The plain values of a type's facet attributes, apart: counting them then needs no wide attribute to be unpacked."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("entities", "0001_store")]
    operations = [
        migrations.RunSQL(
            "alter table entity add column facets jsonb not null default '{}'",
            "alter table entity drop column facets",
        ),
    ]
