"""Applicants and offices are told of what happened to a case, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import models
from lingqu.kernel.text import Text

DIGEST_FROM = 8  # o'clock of the city: the day's digest goes out at the first look after it


@dataclass(frozen=True)
class About:
    """A case as far as its applicant is told of it. ``code``: by which its progress is seen. ``appeal``: calendar days
    in which there is an appeal against its outcome."""

    number: int
    applicant: str
    title: Text
    outcome: Text
    code: str
    appeal: int = 0


def _received(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
    return (
        Text(zh=f"办件 {about.number} 已收到", en=f"Case {about.number} was received"),
        Text(
            zh=f"凭编号 {about.number} 和查询码 {about.code}，不登录也能查看进度。",
            en=f"By its number {about.number} and the code {about.code} its progress is seen without signing in.",
        ),
    )


def _returned(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
    missing = act["detail"].get("missing", ())
    lines = "\n".join(f"{each['what']}：{each['why']}" for each in missing)
    return (
        Text(
            zh=f"办件 {about.number} 需要补正 {len(missing)} 项",
            en=f"Case {about.number}: {len(missing)} things are missing",
        ),
        Text(zh=lines, en=lines),
    )


def _ended(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
    """The right to appeal is told with the outcome (Administrative Licensing Law of the PRC, art. 38(2))."""
    days, way = about.appeal, f"/my/cases/{about.number}/appeal/"
    return (
        Text(zh=f"办件 {about.number} 已办结：{about.outcome.zh}", en=f"Case {about.number}: {about.outcome.en}"),
        Text(
            zh=(f"不服的，可在 {days} 日内申诉：{way}。\n" if days else "")
            + f"欢迎对本次办理作出评价：打开办件，或访问 /services/rate/{about.number}/。",
            en=(f"If you do not agree you may appeal within {days} days: {way}\n" if days else "")
            + f"You may now rate how it was handled: open the case, or go to /services/rate/{about.number}/.",
        ),
    )


def _suspended(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
    law = act["detail"].get("law", "")
    return (
        Text(zh=f"办件 {about.number} 已中止", en=f"Case {about.number} was suspended"),
        Text(zh=f"理由：{act['words']}\n依据：{law}", en=f"Reason: {act['words']}\nBasis in law: {law}"),
    )


def _passed(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
    to = act["detail"]["to"]
    named = catalogue.departments()[to].title if to in catalogue.departments() else Text(zh=to, en=to)
    return (
        Text(zh=f"办件 {about.number} 已转{named.zh}", en=f"Case {about.number} was passed on: {named.en}"),
        Text(zh=act["words"], en=act["words"]),
    )


def _plainly(zh: str, en: str) -> Callable[[About, Mapping[str, Any]], tuple[Text, Text]]:
    def said(about: About, act: Mapping[str, Any]) -> tuple[Text, Text]:
        words = Text(zh=act["words"], en=act["words"])
        return Text(zh=f"办件 {about.number} {zh}", en=f"Case {about.number} {en}"), words

    return said


_TOLD: dict[str, Callable[[About, Mapping[str, Any]], tuple[Text, Text]]] = {
    "start": _received,
    "return": _returned,
    "supplement": _plainly("的补正材料已收到", "was supplemented"),
    "supplement_overdue": _plainly("的补正期限已过", "was not supplemented in time"),
    "pass": _passed,
    "suspend": _suspended,
    "resume": _plainly("已恢复办理", "goes on"),
    "withdraw": _plainly("已撤回", "was withdrawn"),
    "end": _ended,
    "stuck": _plainly("遇到流程问题，牵头部门已获知", "met a fault of its procedure; the leading department knows"),
}


def concerns(acts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those acts of which the applicant is told."""
    return [act for act in acts if act["act"] in _TOLD]


def applicant(about: About, acts: Iterable[Mapping[str, Any]]) -> None:
    for subject, words, named in _said(about, acts):
        notices.tell([about.applicant], "case", subject, words, **named)


def parts(about: About, acts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same as parts of a statement whose part ``c`` gives the case it changed, or no row."""
    for number, (subject, words, named) in enumerate(_said(about, acts)):
        yield notices.tell_part(
            [about.applicant], "case", subject, words, mark=f"told_{number}_", only="exists (select from c)", **named
        )


def _said(about: About, acts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Text, Text, dict[str, str]]]:
    for act in concerns(acts):
        said = _TOLD[act["act"]]
        subject, words = said(about, act)
        subject = Text(zh=f"{subject.zh}（{about.title.zh}）", en=f"{subject.en} ({about.title.en})")
        key = f"case:{about.number}:{act['act']}:{act['item'] or ''}:{act['at']:%Y%m%d%H%M%S%f}"
        yield subject, words, {"link": f"/my/cases/{about.number}/", "about": f"case:{about.number}", "key": key}


def called(
    case_id: int, whom: Iterable[tuple[str, str]], *, comment: int | None, item: int | None, stage: int, but: str
) -> None:
    """Whoever is called to look at a case. What was said stays on its page: a mail goes through other hands."""
    if stage:
        subject = Text(zh=f"办件 {case_id} 有待办超期（第 {stage} 级）", en=f"Case {case_id}: overdue, stage {stage}")
    else:
        subject = Text(zh=f"办件 {case_id} 提请您部门关注", en=f"Case {case_id}: your department is asked to look")
    for department, person in whom:
        names = [person] if person else [a.name for a in access.people(department) if _works(a, department)]
        key = f"call:{case_id}:{comment or ''}:{item or ''}:{stage}:{department}"
        names = [name for name in names if name != but]
        notices.tell(names, "work", subject, link=f"/stewardship/cases/{case_id}/", about=f"case:{case_id}", key=key)


def _works(actor: access.Actor, department: str) -> bool:
    return access.may(actor, "handle", owner=department)


def digest(now: datetime | None = None) -> int:
    """Once a working day each who handles cases is told what is new and what is overdue, in one message for each
    department; gives how many were told. Looked at often, told once."""
    local = timezone.localtime(now)
    if local.hour < DIGEST_FROM or not catalogue.working_days(local - timedelta(days=1), local):
        return 0
    told = 0
    for row in _standing(local):
        people = [a.name for a in access.people(row["department"]) if _works(a, row["department"])]
        subject, words = _told(row)
        key = f"work:{row['department']}:{local:%Y-%m-%d}"
        notices.tell(people, "work", subject, words, link="/stewardship/cases/", key=key)
        told += len(people)
    return told


def _standing(now: datetime) -> list[dict[str, Any]]:
    """Departments with something new since yesterday, or overdue."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    found = models.Item.objects.filter(state__in=("open", "claimed"), case__state="running").values("department")
    counted = found.annotate(
        waiting=Count("id"), new=Count("id", Q(opened_at__gte=since)), overdue=Count("id", Q(due__lte=now))
    )
    return [dict(row) for row in counted.order_by("department") if row["new"] or row["overdue"]]


def _told(row: Mapping[str, Any]) -> tuple[Text, Text]:
    title = catalogue.departments()[row["department"]].title if row["department"] in catalogue.departments() else ""
    words = Text.model_validate(title or row["department"])
    waiting, new, overdue = row["waiting"], row["new"], row["overdue"]
    return (
        Text(
            zh=f"{words.zh}：待办 {waiting} 件，新到 {new} 件，超期 {overdue} 件",
            en=f"{words.en}: {waiting} items wait, {new} new, {overdue} overdue",
        ),
        Text(zh="请打开待办清单办理，先办超期的。", en="Open the list of cases; begin with what is overdue."),
    )
