"""Who acts for somebody sees the files of his cases that an applicant sees, and adds some (ADR 6)."""

from __future__ import annotations

from django.db import migrations

_ACTS_FOR = (
    "(department = '' or for_applicant) and exists (select from procedures_case c where c.id = case_id "
    "and c.on_behalf_of <> '' and c.on_behalf_of = (select guard.pass() ->> 'behalf'))"
)
WALLS = f"""
create policy behalf on procedures_file for select using ({_ACTS_FOR});
create policy behalf_made on procedures_file for insert with check ({_ACTS_FOR});
create policy behalf_changed on procedures_file for update using ({_ACTS_FOR}) with check (true);
"""
UNWALLED = """
drop policy behalf on procedures_file; drop policy behalf_made on procedures_file;
drop policy behalf_changed on procedures_file;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0004_applications")]

    operations = [migrations.RunSQL(WALLS, UNWALLED)]
