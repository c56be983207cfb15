"""The roles that Lingqu's processes connect as, and what each may do (ADR 6).

The owner makes and keeps the tables and does Lingqu's own work. Web processes connect as ``<database>_web``, which may
do what stands in ``WEB`` and is held to row-level security; analysts are members of ``<database>_analyst``. Everything
here is done anew at each start, and may be done twice.
"""

from __future__ import annotations

import json
import os
import secrets as _secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_SEE, _ADD, _KEEP, _ALL = "select", "select, insert", "select, insert, update", "select, insert, update, delete"

WEB: dict[str, str] = {
    "entity": _ALL,
    "entity_past": _ADD,
    "entity_instance": _ADD,
    "entity_frozen": "select, insert, delete",
    "entity_frozen_past": "select, insert, delete",
    "entity_change": _ADD,
    "entity_tally": _SEE,
    "entity_tried": _ADD,
    "entity_subscriber": _SEE,
    "access_ledger": _ADD,
    "access_ledger_seal": _SEE,
    "access_ledger_head": _SEE,
    "access_account": _KEEP,
    "access_credential": "select, insert, update (last_used_on, revoked_at)",
    "access_delegation": _KEEP,
    "access_proposal": _KEEP,
    "access_grant": _KEEP,
    "access_consent": _KEEP,
    "access_objection": _KEEP,
    "access_representation": _SEE,
    "access_mandate": _KEEP,
    "access_usage": _KEEP,
    "access_version": _SEE,
    "access_tenant": _SEE,
    "access_account_groups": _SEE,
    "access_account_user_permissions": _SEE,
    "account_emailaddress": _ALL,
    "account_emailconfirmation": _ALL,
    "access_cache": _ALL,
    "access_attempt": _ALL,
    "mfa_authenticator": _ALL,
    "usersessions_usersession": _ALL,
    "socialaccount_socialapp": _SEE,
    "socialaccount_socialaccount": _ALL,
    "socialaccount_socialtoken": _SEE,
    "allauth_idp_oidc_client": _ALL,
    "allauth_idp_oidc_token": "select, insert, delete",
    "django_session": _ALL,
    "django_migrations": _SEE,
    "django_content_type": _SEE,
    "auth_group": _SEE,
    "auth_group_permissions": _SEE,
    "auth_permission": _SEE,
    "drawing_revision": _SEE,
    "drawing_definition": _SEE,
    "blueprint_draft": _KEEP,
    "catalogue_counter": _KEEP,
    "catalogue_request": _KEEP,
    "catalogue_agreement": _KEEP,
    "catalogue_step": _ADD,
    "catalogue_told": _KEEP,
    "catalogue_report": _KEEP,
    "catalogue_bulletin": _ADD,
    "exchange_delivery": _KEEP,
    "exchange_dispatch": _KEEP,
    "exchange_subscription": _SEE,
    "fusion_fusionrun": _SEE,
    "fusion_fusiondispute": _SEE,
    "fusion_correction": _KEEP,
    "fusion_correctionevidence": _ADD,
    "protocols_context": _ALL,
    "protocols_entitymap": _ALL,
    "protocols_snapshot": _ALL,
    "protocols_source": _ALL,
    "protocols_sourcestate": _ALL,
    "protocols_subscription": _ALL,
    "protocols_notice": "select, insert, delete",
    "protocols_forward": _SEE,
    "papers_certificate": "select, insert, update (ended_at, ended_how, ended_why, ended_by, living)",
    "papers_edition": _ADD,
    "papers_application": _ALL,
    "papers_attachment": _ALL,
    "procedures_version": _ADD,
    "procedures_case": _KEEP,
    "procedures_item": _KEEP,
    "procedures_clock": _ALL,
    "procedures_act": _ADD,
    "procedures_run": "select, insert, update (wanted, second, done)",
    "procedures_comment": _ADD,
    "procedures_file": "select, insert, update (withdrawn_at, withdrawn_by)",
    "procedures_call": "select, insert, update (seen_at, seen_by)",
    "guides_rating": "select, insert, update (answer, answered_by, answered_at)",
    "guides_figure": _SEE,
    "offers_slot": _KEEP,
    "offers_booking": _KEEP,
    "notices_message": "select, insert, update (read_at)",
    "notices_preference": _KEEP,
    "notices_sending": "select, insert, update (state, attempts, next_at)",
    "procrastinate_jobs": _SEE,
    "procrastinate_events": _SEE,
    "procrastinate_workers": _SEE,
}
"""Table → what the web role may do. A table that is not here is closed to it: say so in ``CLOSED``."""

CLOSED = ("procrastinate_periodic_defers", "exchange_held", "procedures_moved")

LEAKPROOF = (
    "pg_catalog.jsonb_contains(jsonb, jsonb)",
    "pg_catalog.jsonb_exists(jsonb, text)",
    "pg_catalog.jsonb_exists_any(jsonb, text[])",
    "pg_catalog.jsonb_path_match_opr(jsonb, jsonpath)",
    "pg_catalog.box_overlap(box, box)",
    "pg_catalog.ts_match_vq(tsvector, tsquery)",
    "pg_catalog.arrayoverlap(anyarray, anyarray)",
    "pg_catalog.arraycontains(anyarray, anyarray)",
    "public.entity_grams(text)",
)
"""Functions behind the operators by which the store is searched. None of them tells of its arguments by an error or by
any other way than its answer, so that they may look at rows before the walls do; PostgreSQL leaves an index of an
operator that is not marked so aside. Only a superuser may say it."""


@dataclass(frozen=True)
class Made:
    """What stands. ``web`` and ``analyst`` are empty where the owner may not create roles; ``walls`` is false where
    operators could not be marked, so that a wall for reading the store would switch its indexes off."""

    web: str
    analyst: str
    walls: bool


def names(database: str) -> tuple[str, str]:
    """The web role and the analysts' role of a database; roles are a server's, so that its name is in theirs."""
    return f"{database[:54]}_web", f"{database[:54]}_analyst"


def provision(connection: psycopg.Connection[Any], secrets: Path, *, demo: bool = False) -> Made:
    """Make the roles, their rights, the key of passes and the walls as they must be. The connection is the owner's, of
    a database whose migrations are done."""
    web, analyst = names(connection.info.dbname)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(73210003)")
        _key(connection, secrets / "pass", demo)
        walls = _walls(connection)
        _role(connection, web, "login")
        _role(connection, analyst, "nologin")
        there = _existing(connection, (web, analyst))
        made = Made(web if web in there else "", analyst if analyst in there else "", walls)
        if made.web:
            _grants(connection, web)
        if made.analyst:
            _analysts(connection, analyst)
    if made.web:
        _password(connection, web, secrets / f"{web}.json")
    else:
        (secrets / f"{web}.json").unlink(missing_ok=True)
    return made


def how_to_create(database: str, owner: str) -> str:
    """For an administrator of the server, where the owner may not create roles."""
    web, analyst = names(database)
    options = f"admin {owner}"
    return f'create role "{web}" login {options}; create role "{analyst}" {options}; alter role "{owner}" createrole'


def _existing(connection: psycopg.Connection[Any], asked: Iterable[str]) -> set[str]:
    rows = connection.execute("select rolname from pg_roles where rolname = any(%s)", [list(asked)])
    return {row[0] for row in rows}


def _role(connection: psycopg.Connection[Any], name: str, login: str) -> None:
    if _existing(connection, [name]):
        return
    try:
        with connection.transaction():
            statement = sql.SQL(f"create role {{}} {login}")
            connection.execute(statement.format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        return  # the doctor tells


def _grants(connection: psycopg.Connection[Any], web: str) -> None:
    role, database = sql.Identifier(web), sql.Identifier(connection.info.dbname)
    orders = [
        sql.SQL("revoke create, temporary on database {} from public").format(database),
        sql.SQL("revoke create on schema public from public"),
        sql.SQL("grant connect, temporary on database {} to {}").format(database, role),
        sql.SQL("grant usage on schema public, guard to {}").format(role),
        sql.SQL("revoke all on all tables in schema public from {}").format(role),
        sql.SQL("grant usage on all sequences in schema public to {}").format(role),
        sql.SQL("grant execute on all functions in schema guard to {}").format(role),
    ]
    rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
    for table in sorted({row[0] for row in rows} & WEB.keys()):
        orders.append(sql.SQL(f"grant {WEB[table]} on public.{{}} to {{}}").format(sql.Identifier(table), role))
    connection.execute(sql.SQL("; ").join(orders))
    connection.execute("select guard.tenant_rights(name) from access_tenant")


def _analysts(connection: psycopg.Connection[Any], group: str) -> None:
    """Analysts see the views of their schema and nothing else. A view calls its functions as whoever reads it."""
    role, database = sql.Identifier(group), sql.Identifier(connection.info.dbname)
    orders = [
        sql.SQL("grant connect on database {} to {}").format(database, role),
        sql.SQL("grant usage on schema analyst to {}").format(role),
        sql.SQL("grant select on all tables in schema analyst to {}").format(role),
        sql.SQL("alter default privileges in schema analyst grant select on tables to {}").format(role),
        sql.SQL(
            "grant execute on function analyst.open(text), guard.reading(text), guard.masked(text, text) to {}"
        ).format(role),
    ]
    connection.execute(sql.SQL("; ").join(orders))


def add_analyst(
    connection: psycopg.Connection[Any], name: str, account: str, until: datetime, by: str
) -> tuple[str, str]:
    """A login for an analyst until a moment; gives its name and its password, which is kept nowhere. An analyst of that
    name gets a new password and term."""
    _, group = names(connection.info.dbname)
    login, password = f"{group}_{name}"[:63], _secrets.token_urlsafe(18)
    role = sql.Identifier(login)
    _role(connection, login, "login")
    hidden = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    orders = [
        sql.SQL("alter role {} login inherit connection limit 5 password {} valid until {}").format(
            role, sql.Literal(hidden), sql.Literal(until.isoformat())
        ),
        sql.SQL("grant {} to {}").format(sql.Identifier(group), role),
        sql.SQL("alter role {} set search_path = analyst").format(role),
        sql.SQL("alter role {} set statement_timeout = '5min'").format(role),
        sql.SQL("alter role {} set idle_in_transaction_session_timeout = '10min'").format(role),
    ]
    connection.execute(sql.SQL("; ").join(orders))
    connection.execute(
        "insert into guard.analyst (role, account, until, added_by) values (%s, %s, %s, %s) "
        "on conflict (role) do update set account = excluded.account, until = excluded.until, "
        "added_by = excluded.added_by, added_at = now()",
        [login, account, until, by],
    )
    connection.commit()
    return login, password


def end_analyst(connection: psycopg.Connection[Any], name: str) -> bool:
    """Close an analyst's login at once, sessions that are open included; False where there is none."""
    _, group = names(connection.info.dbname)
    login = f"{group}_{name}"[:63]
    row = connection.execute("update guard.analyst set until = now() where role = %s returning 1", [login]).fetchone()
    if row is None:
        return False
    connection.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    connection.commit()
    try:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [login])
    except psycopg.errors.InsufficientPrivilege:
        connection.rollback()  # sessions see nothing any more all the same
    return True


def analysts(connection: psycopg.Connection[Any]) -> list[tuple[str, str, datetime]]:
    """(login, account, until)"""
    rows = connection.execute("select role, account, until from guard.analyst order by role")
    return [(row[0], row[1], row[2]) for row in rows]


def _password(connection: psycopg.Connection[Any], web: str, file: Path) -> None:
    """The role's password in the instance's secrets; a new one where the old is lost or is not taken."""
    if _opens(connection, file, web):
        return
    fresh = _secrets.token_urlsafe(24)
    hidden = connection.pgconn.encrypt_password(fresh.encode(), web.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("alter role {} password {}").format(sql.Identifier(web), sql.Literal(hidden))
    connection.execute(statement)
    connection.commit()
    _write(file, json.dumps({"user": web, "password": fresh}))


def _opens(connection: psycopg.Connection[Any], file: Path, web: str) -> bool:
    """Whether the password in the file is the role's. A server that has no room for a connection now says nothing of
    the password, which stays as it is: processes connect by it."""
    try:
        known = json.loads(file.read_text())
        user, password = known["user"], known["password"]
    except (OSError, ValueError, KeyError):
        return False
    about = connection.info
    try:
        psycopg.connect(host=about.host, port=about.port, dbname=about.dbname, user=user, password=password).close()
    except psycopg.OperationalError as error:
        return user == web and "password authentication failed" not in str(error)
    return bool(user == web)


def _key(connection: psycopg.Connection[Any], file: Path, demo: bool) -> None:
    """The key stands in the database as HMAC uses it (RFC 2104), in the secrets as it is."""
    try:
        key = bytes.fromhex(file.read_text().strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        _write(file, _secrets.token_bytes(32).hex(), first=not file.exists())
        key = bytes.fromhex(file.read_text().strip())
    padded = key.ljust(64, b"\0")
    connection.execute(
        "insert into guard.key (inner_pad, outer_pad, demo) values (%s, %s, %s) on conflict (one) do update "
        "set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad, demo = excluded.demo",
        [bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded), demo],
    )


def _write(file: Path, content: str, *, first: bool = False) -> None:
    """Whole or not at all; ``first``: what another process wrote meanwhile stays."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(content)
    if first:
        with suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
    else:
        fresh.rename(file)


def _walls(connection: psycopg.Connection[Any]) -> bool:
    """Mark what may be marked, and raise or lower the walls of the store accordingly."""
    _mark(connection)
    stand = not _unmarked(connection)
    lowered = connection.execute(
        "select exists (select from pg_policies where tablename = 'entity' and policyname = 'lowered')"
    ).fetchone()
    if lowered == (stand,):
        # A condition that is always true is none to the planner. What is written is walled in any case.
        connection.execute(
            "drop policy lowered on public.entity"
            if stand
            else "create policy lowered on public.entity for select using (true)"
        )
    return stand


def _mark(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    if row and row[0]:
        for function in _unmarked(connection):
            connection.execute(f"alter function {function} leakproof")  # type: ignore[arg-type]  # one of our own


def _unmarked(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "select f from unnest(%s::text[]) f join pg_proc p on p.oid = f::regprocedure where not p.proleakproof",
        [list(LEAKPROOF)],
    )
    return [row[0] for row in rows]
