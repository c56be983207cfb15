"""What lists of a million cases are read by: items in the order of their clocks, cases by words and departments.

``search`` is the title folded as ``entities`` folds; by its pairs of characters it is found (ADR 4). An item without a
term comes last, which a key that holds no null says without a second case; it is written as a case, since coalesce is
nothing that a wall lets through to an index.
"""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
alter table procedures_case add column search text generated always as
    (btrim(regexp_replace(lower(normalize(title, NFKC)), '\\s+', ' ', 'g'))) stored;
create index procedures_case_words on procedures_case using gin (entity_grams(search));
create index procedures_case_offices on procedures_case using gin (departments);
create index procedures_item_inbox on procedures_item (
    department, (case when due is null then 'infinity' else due end), id
)
    where state in ('open', 'claimed', 'returned');
create index procedures_item_holder on procedures_item (
    holder, (case when due is null then 'infinity' else due end), id
)
    where state in ('open', 'claimed', 'returned') and holder <> '';
"""
BACKWARDS = """
drop index procedures_item_holder, procedures_item_inbox, procedures_case_offices, procedures_case_words;
alter table procedures_case drop column search;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_desk"), ("entities", "0001_store")]

    operations = [
        migrations.RemoveIndex(model_name="item", name="procedures_item_inbox"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
