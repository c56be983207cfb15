"""Lists and records of a million cases over HTTP, with the rights and walls of the web role.

    python -m bench.cases [--cases 1000000] [--rounds 100] [--folder INSTANCE] [--keep] [--only inbox]

Twelve procedures of five steps, 24 departments of unequal size, three years of cases; their rows are made set by set and
hold what the engine would have written, so that a case taken out of them goes on. Asked are the pages of the desk, as
clerks of the largest and of a small department, and an applicant's own cases. What is asked for differs from request to
request. One web process, one client.
"""

# ruff: noqa: E501 (statements read better whole)

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from bench import harness
from bench.harness import Figure, below
from bench.procedures import DIAGRAM

BAR = 500.0
OFFICES = [
    "market", "tax", "police", "housing", "civil", "health", "planning", "fire", "traffic", "culture", "education", "water",
    "labour", "justice", "finance", "forest", "farming", "sport", "archive", "statistics", "water_supply", "grain", "heritage",
    "broadcast",
]  # fmt: skip
PROCEDURES = [f"procedure_{n:02}" for n in range(12)]
TRADES = (
    "面馆",
    "茶楼",
    "书店",
    "药房",
    "诊所",
    "旅馆",
    "网吧",
    "超市",
    "理发店",
    "装修公司",
    "物流公司",
    "培训学校",
    "养老院",
)
DISTRICTS = ("道里区", "道外区", "南岗区", "香坊区", "平房区", "松北区", "呼兰区", "阿城区", "双城区")
SIGNS = "明月春风长江泰山金玉宝石福禄寿喜东南西北兴隆昌盛和平安康永远大同天地光华文武英杰龙凤麒麟松柏梅兰竹菊清泉白云青山绿水"

SEED = """
create unlogged table bench_seed as
select n, state, stage, part, p.*, applicant, title, started, fate, opened, opened + make_interval(days => 2 + fate % 9) as due
from (
    select *, case when state in ('running', 'suspended') then greatest(started, now() - make_interval(hours => fate % 480))
              else started + make_interval(days => 2) end as opened
    from (
        select n, started, fate, title, applicant,
               case when n > %(all)s * 0.85 then
                        case when fate % 100 < 85 then 'running' when fate % 100 < 88 then 'suspended' else 'ended' end
                    else case when fate % 1000 < 4 then 'running' when fate % 1000 < 59 then 'withdrawn' else 'ended' end
               end as state,
               1 + fate / 1000 % 3 as stage, 1 + fate / 5000 % 7 as part,
               (array[0,0,0,0,1,1,1,2,2,3,3,4,5,6,7,8,9,10,11])[1 + fate / 100 % 19] as kind
        from (
            select n, (abs(hashint8(n)::bigint) % 1000000007)::int as fate,
                   now() - make_interval(secs => (%(all)s - n) * (3 * 365 * 86400.0 / %(all)s)) as started,
                   substr(%(signs)s, 1 + abs(hashint8(n * 7)) % 58, 1) || substr(%(signs)s, 1 + abs(hashint8(n * 11)) % 58, 1)
                   || (%(trades)s::text[])[1 + abs(hashint8(n * 13)) % 13] || '（'
                   || (%(districts)s::text[])[1 + abs(hashint8(n * 17)) % 9] || '）' as title,
                   case when n % 5 < 2 then 'agent_' || abs(hashint8(n * 3)) % 2000
                        else 'person_' || abs(hashint8(n * 5)) % 250000 end as applicant
            from generate_series(1, %(all)s) n
        ) drawn
    ) fated
) timed join bench_procedure p on p.kind = timed.kind;
"""
FILL = """
insert into procedures_case (id, procedure, version, state, title, applicant, departments, answers, marking, step,
                             started_at, due, suspended_at, ended_at, outcome)
select n, code, version, state, title, applicant,
       case when stage = 1 and state in ('running', 'suspended') then array[lead]
            else (select array_agg(distinct d order by d) from unnest(array[lead, a, b, c]) d) end,
       '{}', case when state not in ('running', 'suspended') then '{"w": {}, "a": {}, "n": 6, "m": {}}'
                  when stage = 1 then '{"w": {"1": "accept"}, "a": {}, "n": 2, "m": {}}'
                  when stage = 3 then '{"w": {"5": "decide"}, "a": {}, "n": 6, "m": {}}'
                  else jsonb_build_object('n', 5, 'm', '{}'::jsonb,
                      'w', (select jsonb_object_agg(x.token::text, x.node) from bench_branch x where part & x.bit > 0),
                      'a', case when part = 7 then '{}' else jsonb_build_object('join',
                          (select jsonb_object_agg(x.flow, 1) from bench_branch x where part & x.bit = 0)) end) end,
       case stage when 1 then 1 when 2 then 3 else 5 end, started, started + interval '20 days',
       case when state = 'suspended' then opened end,
       case when state in ('ended', 'withdrawn') then opened + interval '9 days' end,
       case when state = 'ended' then 'end' else '' end
from bench_seed;
insert into procedures_item (case_id, node, token, department, state, holder, opened_at, due, overdue_at, missing, done_at,
                             done_by, answers)
select n, x.node, x.token, department, x.state, case when x.state = 'claimed' then department || '_' || fate % 30 else '' end,
       case when x.state = 'done' then started else opened end, due, case when due < now() then due end, '[]',
       case when x.state = 'done' then started + interval '1 day' end,
       case when x.state = 'done' then department || '_' || fate % 30 else '' end, '{}'
from bench_seed s, lateral (
    select i.node, i.token, case i.node when 'a' then a when 'b' then b when 'c' then c else lead end as department,
           case when s.state = 'ended' or i.stage < s.stage or (i.stage = 2 and s.stage = 2 and part & i.bit = 0) then 'done'
                when s.state = 'withdrawn' then 'cancelled'
                when fate / 7 % 50 = 0 then 'returned' when fate / 11 % 5 < 3 then 'claimed' else 'open' end as state
    from bench_branch i where s.state = 'ended' or i.stage <= s.stage
) x order by n;
insert into procedures_act (case_id, at, act, node, by, department, words, detail)
select n, started + make_interval(hours => x.token), x.act, x.node, x.by, '', '', '{}'
from bench_seed s, lateral (
    select 0 as token, 'start' as act, '' as node, applicant as by
    union all
    select i.token, 'complete', i.node, 'clerk_' || fate % 30 from bench_branch i
    where s.state = 'ended' or i.stage < s.stage or (i.stage = 2 and s.stage = 2 and part & i.bit = 0)
    union all
    select 9, case s.state when 'ended' then 'end' else 'withdraw' end, '', 'clerk' where s.state in ('ended', 'withdrawn')
) x order by n, x.token;
select setval(pg_get_serial_sequence('procedures_case', 'id'), (select max(id) from procedures_case));
"""
BRANCHES = """
create unlogged table bench_branch (node text, token int, stage int, bit int, flow text);
insert into bench_branch values ('accept', 1, 1, 0, ''), ('a', 2, 2, 1, 'f5'), ('b', 3, 2, 2, 'f6'), ('c', 4, 2, 4, 'f7'),
                                ('decide', 5, 3, 0, '');
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100, help="requests of each kind")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--port", type=int, default=8581)
    parser.add_argument("--only", default="", help="part of the name of what is asked")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-cases-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder.resolve()), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    try:
        run(given.cases, given.rounds, given.port, given.only)
    finally:
        postgres.stop(instance.current())
        if not given.keep:
            postgres.remove(instance.current())
            shutil.rmtree(folder, ignore_errors=True)


def run(cases: int, rounds: int, port: int, only: str) -> None:
    from lingqu.site import instance, supervisor

    here = instance.current()
    supervisor.database_up(here)
    supervisor.migrate()
    supervisor.make_roles(here)
    import django

    django.setup()
    draw()
    fill(cases)
    print(f"load {harness.machine()['load']}", flush=True)
    with served(port) as web:
        for what, (who, address) in asked(cases).items():
            if only in what:
                harness.say([measured(what, web, session(who), address, rounds)])


def draw() -> None:
    """The drawing, and accounts: clerks of the largest and a small department, and an agent with many cases."""
    from lingqu.centre.access.definitions import Role
    from lingqu.centre.access.models import Account
    from lingqu.centre.catalogue.definitions import Department
    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.procedures.definitions import Procedure

    if drawing.revision():
        return
    grant = {"actions": ["handle"], "rows": "own_department"}
    definitions: list[Any] = [Role.model_validate({"code": "clerk", "title": "clerk", "grants": [grant]})]
    definitions += [Department.model_validate({"code": code, "title": code}) for code in OFFICES]
    definitions += [Procedure.model_validate(document(number)) for number in range(len(PROCEDURES))]
    placed = [drawing.Placed(d.kind, d.code, d.document(), "bench", "city") for d in definitions]
    drawing.replace(placed, [], actor="bench", summary={})
    for name, department, roles in (
        ("market_1", "market", ["clerk"]),
        ("heritage_1", "heritage", ["clerk"]),
        ("agent_7", "", []),
    ):
        Account.objects.create(username=name, kind="person", department=department, roles=roles)


def offices(number: int) -> tuple[str, str, str, str]:
    """Who leads, and who does the three steps at once."""
    return OFFICES[number], *(OFFICES[(number * 3 + k * 5) % len(OFFICES)] for k in (1, 2, 3))  # type: ignore[return-value]


def document(number: int) -> dict[str, Any]:
    lead, *others = offices(number)
    named = {"accept": lead, **dict(zip("abc", others, strict=True)), "decide": lead}
    tasks = {node: {"department": office, "days": 3} for node, office in named.items()}
    code = PROCEDURES[number]
    return {"code": code, "title": f"事项 {number}", "department": lead, "days": 20, "tasks": tasks, "diagram": DIAGRAM}


def fill(cases: int) -> None:
    from django.db import connection, transaction

    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.procedures import store
    from lingqu.centre.procedures.definitions import Procedure

    with connection.cursor() as cursor:
        cursor.execute("select max(id) from procedures_case")
        if cursor.fetchone()[0]:
            return
        cursor.execute("drop table if exists bench_seed, bench_branch, bench_procedure; " + BRANCHES)
        cursor.execute(
            "create unlogged table bench_procedure (kind int, code text, version text, lead text, a text, b text, c text)"
        )
        for number, code in enumerate(PROCEDURES):
            version = store.pin(drawing.one(Procedure, code)).version
            row = (number, code, version, *offices(number))
            cursor.execute("insert into bench_procedure values (%s, %s, %s, %s, %s, %s, %s)", row)
        seed = SEED.replace("% ", "%% ")
        given = {"all": cases, "signs": SIGNS, "trades": list(TRADES), "districts": list(DISTRICTS)}
        began = time.monotonic()
        with transaction.atomic():
            # Keys to other tables hold by construction; triggers would look at each of twelve million rows.
            cursor.execute("set local session_replication_role = replica")
            with without_indexes(cursor):
                cursor.execute(seed, given)
                for statement in FILL.split(";\n"):
                    if statement.strip():
                        cursor.execute(statement)
                        print(
                            f"{time.monotonic() - began:.0f} s: {statement.split()[2]} {cursor.rowcount:,}", flush=True
                        )
        cursor.execute("drop table bench_seed")
        for table in ("case", "item", "act"):
            cursor.execute(f"vacuum analyze procedures_{table}")
        cursor.execute("checkpoint")


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Indexes are made once all rows are there."""
    cursor.execute(
        "select indexname, indexdef from pg_indexes where tablename in ('procedures_case', 'procedures_item', "
        "'procedures_act') and indexdef not like 'CREATE UNIQUE%'"
    )
    known = cursor.fetchall()
    for name, _ in known:
        cursor.execute(f'drop index "{name}"')
    yield
    for name, definition in known:
        began = time.monotonic()
        cursor.execute(definition)
        print(f"index {name} {time.monotonic() - began:.0f} s", flush=True)


def session(username: str) -> dict[str, str]:
    """The cookie of a new session of an account."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from lingqu.centre.access.models import Account

    account = Account.objects.get(username=username)
    kept = SessionStore()
    kept[SESSION_KEY], kept[HASH_SESSION_KEY] = str(account.pk), account.get_session_auth_hash()
    kept[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    kept.save()
    return {settings.SESSION_COOKIE_NAME: kept.session_key}


@dataclass(frozen=True)
class Served:
    """A web server and its database, by their process ids."""

    base: str
    web: int
    database: int

    def cpu(self) -> float:
        return harness.cpu_of_tree(self.web) + harness.cpu_of_tree(self.database)


@contextmanager
def served(port: int) -> Iterator[Served]:
    from lingqu.site import instance, postgres, supervisor

    here = instance.current()
    database = postgres.status(here).pid
    assert database is not None
    web = supervisor.children("127.0.0.1", port, 0)[0].command
    web = [*web[: web.index("--workers")], "--workers", "1", "lingqu.site.wsgi:application"]
    env = supervisor.environment(here, "web")
    env.pop("PROMETHEUS_MULTIPROC_DIR", None)
    env |= {f"LINGQU_RATE_{kind}": "" for kind in ("NAMED", "ANONYMOUS", "TILES")}
    process = subprocess.Popen(web, env=env, stdout=subprocess.DEVNULL, cwd=harness.ROOT)
    try:
        base, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if httpx.get(f"{base}/health/live", trust_env=False).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield Served(base, process.pid, database)
    finally:
        process.terminate()
        process.wait()


def asked(cases: int) -> dict[str, tuple[str, Callable[[int], str]]]:
    """What → (who, address of the n-th request)."""
    draws = random.Random(11)
    some = [draws.randrange(1, cases + 1) for _ in range(1000)]
    words = [draws.choice(TRADES) for _ in range(1000)]
    rare = [draws.choice(SIGNS) + draws.choice(SIGNS) + draws.choice(TRADES) for _ in range(1000)]
    big, small = "market_1", "heritage_1"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select id from procedures_case where departments && %s::varchar[] order by hashint8(id) limit 1000",
            [["market"]],
        )
        mine = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "select due, id from procedures_item where department = 'market' "
            "and state in ('open', 'claimed', 'returned') order by hashint8(id) limit 1000"
        )
        places = [f"{due.isoformat()}~{number}" for due, number in cursor.fetchall()]

    def at(path: str, **named: list[Any]) -> Callable[[int], str]:
        return lambda n: path + "?" + urlencode({name: values[n % len(values)] for name, values in named.items()})

    todo, every = "/stewardship/cases/", "/stewardship/cases/all/"
    return {
        "inbox, the largest department": (big, at(todo)),
        "inbox, a later page": (big, at(todo, after=places)),
        "inbox, a small department": (small, at(todo)),
        "inbox, what I hold": (big, at(todo, mine=["1"])),
        "inbox, one procedure": (big, at(todo, procedure=PROCEDURES)),
        "inbox, a colour of the clock": (big, at(todo, clock=["overdue", "soon", "calm", "stopped", "none"])),
        "inbox, words": (big, at(todo, words=words)),
        "inbox, words, colour and procedure": (
            big,
            at(todo, words=words, clock=["soon", "calm"], procedure=PROCEDURES),
        ),
        "search, newest first": (big, at(every)),
        "search, newest first, a small department": (small, at(every)),
        "search, a later page": (big, at(every, before=some)),
        "search, by number": (big, at(every, q=mine)),
        "search, common words": (big, at(every, q=words)),
        "search, rare words": (big, at(every, q=rare)),
        "search, common words, a small department": (small, at(every, q=words)),
        "search, by applicant": (big, at(every, applicant=[f"agent_{n}" for n in range(200)])),
        "search, a state of a procedure": (
            big,
            at(every, procedure=PROCEDURES, state=["running", "withdrawn", "stuck"]),
        ),
        "a case": (big, lambda n: f"{todo}{mine[n % len(mine)]}/"),
        "one's own cases": ("agent_7", at("/my/cases/")),
    }


def measured(
    what: str, served: Served, cookies: dict[str, str], address: Callable[[int], str], rounds: int
) -> Figure:  # fmt: skip
    times, size, cpu = [], 0, 0.0
    with httpx.Client(
        base_url=served.base, cookies=cookies, timeout=60, trust_env=False, follow_redirects=True
    ) as client:
        for n in range(-5, rounds):
            if n == 0:
                cpu = served.cpu()
            began = time.perf_counter()
            answer = client.get(address(n))
            spent = (time.perf_counter() - began) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{what}: {address(n)}: {answer.status_code} {answer.text[:300]}")
            if n >= 0:
                times.append(spent)
                size = max(size, len(answer.content))
    p50, p95 = (round(harness.percentile(times, share), 1) for share in (0.5, 0.95))
    spent = (served.cpu() - cpu) / rounds * 1000
    return below(f"{what}, p95", p95, "ms", BAR, note=f"p50 {p50} ms, CPU {spent:.0f} ms, at most {size // 1000} KB")


if __name__ == "__main__":
    main()
