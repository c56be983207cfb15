from django.db import migrations

FORWARDS = """
create or replace function entity_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'entity_past is append-only: a row of it is neither changed nor deleted';
end $$;
drop trigger entity_past_append_only on entity_past;
create trigger entity_past_append_only before update or delete on entity_past
    for each row execute function entity_append_only();
"""

BACKWARDS = """
drop trigger entity_past_append_only on entity_past;
create trigger entity_past_append_only before update on entity_past
    for each row execute function entity_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0004_tally")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
