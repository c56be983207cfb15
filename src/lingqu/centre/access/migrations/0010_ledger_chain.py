from django.db import migrations, models

FORWARDS = """
alter table access_ledger add column xid xid8 not null default pg_current_xact_id();
create index access_ledger_order on access_ledger (xid, id);

create table access_ledger_seal (
    number      bigint primary key,
    position    bigint not null,        -- rows sealed up to and with this seal
    rows        int not null,
    at          timestamptz not null,
    earliest    timestamptz not null,   -- nothing that is sealed later was written before this
    xid         xid8 not null,          -- the last transaction and row of it that are sealed
    last_id     bigint not null,
    after_id    bigint not null,        -- rows up to this one were sealed before the database was restored
    adopted     boolean not null,       -- rows of a time before macs
    min_id      bigint not null,
    max_id      bigint not null,
    ids         bigint[] not null,
    prints      bytea not null,         -- 32 bytes a row
    previous    bytea not null,
    digest      bytea not null,
    signature   bytea not null
);
alter table access_ledger_seal alter column prints set storage external;
create index access_ledger_seal_ids on access_ledger_seal (max_id);

create table access_ledger_head (
    day         date primary key,
    number      bigint not null,
    position    bigint not null,
    digest      bytea not null,
    at          timestamptz not null,
    signature   bytea not null
);

create or replace function access_ledger_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: a row of it is neither changed nor deleted', tg_table_name;
end $$;
create trigger access_ledger_seal_append_only before update or delete on access_ledger_seal
    for each row execute function access_ledger_append_only();
create trigger access_ledger_head_append_only before update or delete on access_ledger_head
    for each row execute function access_ledger_append_only();
create trigger access_ledger_kept before truncate on access_ledger
    for each statement execute function access_ledger_append_only();
create trigger access_ledger_seal_kept before truncate on access_ledger_seal
    for each statement execute function access_ledger_append_only();
create trigger access_ledger_head_kept before truncate on access_ledger_head
    for each statement execute function access_ledger_append_only();
"""

BACKWARDS = """
drop trigger access_ledger_kept on access_ledger;
drop table access_ledger_head, access_ledger_seal;
alter table access_ledger drop column xid;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0040_proposal")]
    operations = [
        migrations.AlterField(
            "ledgerrow", "at", models.DateTimeField(help_text="when Lingqu wrote it, by its own clock")
        ),
        migrations.AddField(
            "ledgerrow",
            "basis",
            models.CharField(blank=True, default="", db_default="", help_text="the legal basis", max_length=200),
        ),
        migrations.AddField(
            "ledgerrow",
            "mac",
            models.BinaryField(help_text="says that Lingqu wrote the row, and nobody changed it", null=True),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
