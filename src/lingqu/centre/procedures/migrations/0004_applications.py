"""Cases that began with an application, and whom they were applied for.

Walls: who may act for somebody sees the cases applied for him; who sees a case sees its application and files (ADR 6).
"""

from __future__ import annotations

from django.db import migrations, models

_ACTS_FOR = "on_behalf_of <> '' and on_behalf_of = (select guard.pass() ->> 'behalf')"
_BY_CASE = "exists (select from procedures_case c where c.application = papers_application.id)"
WALLS = f"""
create policy behalf on procedures_case for select using ({_ACTS_FOR});
create policy behalf_changed on procedures_case for update using ({_ACTS_FOR}) with check (true);
create policy by_case on papers_application for select using ({_BY_CASE});
create policy by_case_changed on papers_application for update using ({_BY_CASE}) with check (true);
"""
UNWALLED = """
drop policy behalf on procedures_case; drop policy behalf_changed on procedures_case;
drop policy by_case on papers_application; drop policy by_case_changed on papers_application;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0003_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="application",
            field=models.BigIntegerField(help_text="of papers: the forms it began with", null=True, unique=True),
        ),
        migrations.AddField(
            model_name="case",
            name="on_behalf_of",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="entity id of whom the applicant acted for",
                max_length=200,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("on_behalf_of", ""), _negated=True),
                fields=["on_behalf_of", "-id"],
                name="procedures_case_behalf",
            ),
        ),
        migrations.RunSQL(WALLS, UNWALLED),
    ]
