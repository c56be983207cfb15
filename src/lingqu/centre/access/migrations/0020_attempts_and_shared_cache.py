"""What all processes must know alike: failed sign-ins, and short-lived values (codes, limits of the sign-in pages).

``access_cache`` is unlogged: after a crash of the database it is empty, which costs a code of one minute. OAuth clients
change under the pass of somebody who may administer only.
"""

from __future__ import annotations

from django.db import migrations

_UP = """
create unlogged table access_cache (
  cache_key varchar(255) primary key,
  value text not null,
  expires timestamptz not null
);
create index access_cache_expires on access_cache (expires);
create table access_attempt (
  key text primary key,
  failures integer not null default 0,
  last_at timestamptz not null default clock_timestamp(),
  locked_until timestamptz
);
create policy seen on allauth_idp_oidc_client for select using (true);
create policy kept on allauth_idp_oidc_client for all
  using ((select guard.flag('administer'))) with check ((select guard.flag('administer')));
alter table allauth_idp_oidc_client enable row level security;
"""
_DOWN = """
drop policy seen on allauth_idp_oidc_client;
drop policy kept on allauth_idp_oidc_client;
alter table allauth_idp_oidc_client disable row level security;
drop table access_cache;
drop table access_attempt;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0060_meters"), ("allauth_idp_oidc", "0003_client_allow_uri_wildcards")]
    operations = [migrations.RunSQL(_UP, _DOWN)]
