"""The version grows as well when a key, an account or a delegation changes what somebody may do: whoever asks for
the version knows whether what is remembered of them still holds. Signing in and using a key change nothing of that."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
create trigger access_credential_version after insert or delete or update of account_id, digest, expires_at, revoked_at
    on access_credential for each statement execute function access_version_grows();
create trigger access_account_version after delete or update of username, kind, is_active, valid_until, roles,
    department, region, person on access_account for each statement execute function access_version_grows();
create trigger access_delegation_version after insert or update or delete
    on access_delegation for each statement execute function access_version_grows();
"""

BACKWARDS = """
drop trigger access_credential_version on access_credential;
drop trigger access_account_version on access_account;
drop trigger access_delegation_version on access_delegation;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0010_ledger_chain")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
