"""How many entities there are of each type, owner and region: to count a million rows takes seconds, and every front
page says how many there are.

Each server process adds to a row of its own (``slot``), so that writers seldom wait for each other.
"""

from __future__ import annotations

from django.db import migrations

TALLY = """
create table entity_tally (
    type    text collate "C" not null,
    owner   text collate "C" not null,
    region  text collate "C" not null,
    slot    integer not null,
    n       bigint not null,
    primary key (type, owner, region, slot)
);
insert into entity_tally select type, owner, region, 0, count(*) from entity group by 1, 2, 3;
"""

COUNTED = """
create function entity_counted() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into entity_tally as t
        select type, owner, region, pg_backend_pid() % 64, count(*) from fresh group by 1, 2, 3 order by 1, 2, 3
        on conflict (type, owner, region, slot) do update set n = t.n + excluded.n;
    elsif tg_op = 'DELETE' then
        insert into entity_tally as t
        select type, owner, region, pg_backend_pid() % 64, -count(*) from gone group by 1, 2, 3 order by 1, 2, 3
        on conflict (type, owner, region, slot) do update set n = t.n + excluded.n;
    else
        insert into entity_tally as t
        select type, owner, region, pg_backend_pid() % 64, sum(n) from (
            select type, owner, region, 1 as n from fresh union all select type, owner, region, -1 from gone
        ) both_sides group by 1, 2, 3 having sum(n) <> 0 order by 1, 2, 3
        on conflict (type, owner, region, slot) do update set n = t.n + excluded.n;
    end if;
    return null;
end $$;
create trigger entity_counted_in after insert on entity
    referencing new table as fresh for each statement execute function entity_counted();
create trigger entity_counted_out after delete on entity
    referencing old table as gone for each statement execute function entity_counted();
create trigger entity_counted_anew after update on entity
    referencing old table as gone new table as fresh for each statement execute function entity_counted();
"""

UNDO = """
drop trigger if exists entity_counted_in on entity;
drop trigger if exists entity_counted_out on entity;
drop trigger if exists entity_counted_anew on entity;
drop function if exists entity_counted();
drop table if exists entity_tally;
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0003_counting")]
    operations = [migrations.RunSQL(TALLY + COUNTED, UNDO)]
