from django.db import migrations

FORWARDS = """
create function access_ledger_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'access_ledger is append-only: a row of it is neither changed nor deleted';
end $$;
create trigger access_ledger_append_only before update or delete on access_ledger
    for each row execute function access_ledger_append_only();
"""

BACKWARDS = """
drop trigger access_ledger_append_only on access_ledger;
drop function access_ledger_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_account_person")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
