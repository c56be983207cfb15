"""A subscription acts with its account's rights: a connection of pages makes and changes its own account's alone."""

from django.db import migrations

GUARD = """
create function protocols_subscription_own() returns trigger language plpgsql as $$
declare
    own text;
begin
    if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        return coalesce(new, old);
    end if;
    own := guard.said('account');
    if tg_op = 'INSERT' and new.account is not null and new.account::text is distinct from own
       or tg_op = 'DELETE' and old.account is not null and old.account::text is distinct from own then
        raise insufficient_privilege using message = 'this connection may not act for another account';
    end if;
    if tg_op = 'UPDATE'
       and ((new.account, new.maker, new.department) is distinct from (old.account, old.maker, old.department)
            or (new.document, new.context, new.purpose, new.agreement, new.kind)
               is distinct from (old.document, old.context, old.purpose, old.agreement, old.kind)
               and old.account is not null and old.account::text is distinct from own) then
        raise insufficient_privilege using message = 'this connection may not act for another account';
    end if;
    return coalesce(new, old);
end $$;
create trigger protocols_subscription_own before insert or update or delete on protocols_subscription
    for each row execute function protocols_subscription_own();
"""
NO_GUARD = """
drop trigger protocols_subscription_own on protocols_subscription;
drop function protocols_subscription_own();
"""


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0004_entity_maps"), ("access", "0034_ledger_wall")]
    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
