"""Whom an application is for sees it, whoever wrote it (ADR 6)."""

from __future__ import annotations

from django.db import migrations

_FOR_ME = "on_behalf_of <> '' and on_behalf_of = (select guard.pass() ->> 'person')"


class Migration(migrations.Migration):
    dependencies = [("papers", "0002_applications")]

    operations = [
        migrations.RunSQL(
            f"""
            create policy for_me on papers_application for select using ({_FOR_ME});
            create policy for_me_changed on papers_application for update using ({_FOR_ME}) with check (true);
            create policy for_me_gone on papers_application for delete using ({_FOR_ME});
            """,
            """
            drop policy for_me on papers_application; drop policy for_me_changed on papers_application;
            drop policy for_me_gone on papers_application;
            """,
        )
    ]
