"""Whom a case is for sees it, whoever handed it in (ADR 6)."""

from __future__ import annotations

from django.db import migrations

_FOR_ME = "on_behalf_of <> '' and on_behalf_of = (select guard.pass() ->> 'person')"


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_moving")]

    operations = [
        migrations.RunSQL(
            f"""
            create policy for_me on procedures_case for select using ({_FOR_ME});
            create policy for_me_changed on procedures_case for update using ({_FOR_ME}) with check (true);
            """,
            "drop policy for_me on procedures_case; drop policy for_me_changed on procedures_case;",
        )
    ]
