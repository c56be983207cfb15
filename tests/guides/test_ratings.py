"""Progress by number and code; ratings once a case ended; figures that tell of no single case."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.guides import door
from lingqu.centre.guides.models import Rating
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from procedures.little import APPLICANT, LEAD, OTHER, bureau, clerk, through  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
HERE = "192.0.2.1"


def ended(applicant: Actor = APPLICANT) -> int:
    number = procedures.start(applicant, "licence", title="李四的面馆")
    through(number)
    return number


def code(number: int, actor: Actor = APPLICANT) -> str:
    return procedures.progress_code(actor, number)


def person(name: str, department: str = "", *roles: str) -> Client:
    account = Account.objects.create(username=name, department=department, roles=list(roles))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


# progress


def test_number_and_code_show_stages_and_nothing_else() -> None:
    number = procedures.start(APPLICANT, "licence", title="李四的面馆", answers={"area": 40})
    assert code(number) in notices.messages(APPLICANT)[0].words.zh
    found = procedures.progress(number, code(number), HERE)
    assert [(s.name.zh, s.department, s.state) for s in found.stages] == [("受理", "market", "open")]
    told = repr(found)
    for secret in ("李四", "li", "40"):
        assert f"'{secret}" not in told
    with pytest.raises(NotFound):
        procedures.progress_code(OTHER, number)


@pytest.mark.parametrize("given", ["", "00000000", "1234 5678", "x" * 20, "٠" * 8])
def test_a_wrong_code_tells_no_more_than_a_wrong_number(given: str) -> None:
    number = procedures.start(APPLICANT, "licence")
    said = set()
    for asked in (number, number + 1000, 0, -1):
        with pytest.raises(NotFound) as refused:
            procedures.progress(asked, given, f"192.0.2.{asked % 200}")
        said.add((refused.value.rule, refused.value.message.en))
    assert len(said) == 1


def test_a_code_opens_its_own_case_only() -> None:
    first, second = procedures.start(APPLICANT, "licence"), procedures.start(OTHER, "licence")
    assert code(first) != code(second, OTHER)
    with pytest.raises(NotFound):
        procedures.progress(second, code(first), HERE)


def test_who_guesses_is_locked_out_by_case_and_by_address() -> None:
    number = procedures.start(APPLICANT, "licence")
    for n in range(5):
        with pytest.raises(NotFound):
            procedures.progress(number, "00000000", f"198.51.100.{n}")
    with pytest.raises(Refused, match="locked"):
        procedures.progress(number, code(number), "192.0.2.99")  # even by the right one, from anywhere
    others = [procedures.start(OTHER, "licence") for _ in range(20)]
    for other in others:
        with pytest.raises(NotFound):
            procedures.progress(other, "00000000", HERE)
    with pytest.raises(Refused, match="locked"):
        procedures.progress(others[0], code(others[0], OTHER), HERE)
    assert procedures.progress(others[0], code(others[0], OTHER), "192.0.2.200").state == "running"
    assert LedgerRow.objects.filter(act="refused", detail__by="progress").count() >= 25


def test_progress_as_a_page(as_web: Any) -> None:
    number = procedures.start(APPLICANT, "licence", title="李四的面馆")
    client = Client()
    client.cookies["django_language"] = "en"
    assert "Eight digits" in client.get("/services/progress/").content.decode()
    wrong = client.post("/services/progress/", {"number": str(number), "code": "1"})
    assert wrong.status_code == 404
    assert "Number, code or last four are not right" in wrong.content.decode()
    for odd in ("²", "9" * 20, "-1", "1 or 1=1", "\0"):
        assert client.post("/services/progress/", {"number": odd, "code": "1"}).status_code in (400, 404, 429)
    right = client.post("/services/progress/", {"number": str(number), "code": code(number).replace(" ", "")})
    page = right.content.decode()
    assert right.status_code == 200
    assert "Stages" in page
    assert "李四" not in page
    given = code(number)
    with as_web(), access.working_for(lambda: access.ANONYMOUS):
        assert procedures.progress(number, given, HERE).number == number
        with connection.cursor() as cursor:  # and the walls stand again
            cursor.execute("select count(*) from procedures_case")
            assert cursor.fetchone() == (0,)


# ratings


def test_once_by_the_applicant_when_it_ended() -> None:
    running = procedures.start(APPLICANT, "licence")
    with pytest.raises(Conflict, match="not_ended"):
        door.rate(APPLICANT, running, 5)
    number = ended()
    with pytest.raises(NotFound):
        door.rate(OTHER, number, 5)
    with pytest.raises(Refused, match="not_applicant"):
        door.rate(LEAD, number, 5)
    door.rate(APPLICANT, number, 5)
    with pytest.raises(Conflict, match="rated"):
        door.rate(APPLICANT, number, 1, "改主意了")
    mine = door.rating(APPLICANT, number)
    assert mine is not None
    assert (mine.stars, mine.due) == (5, None)
    assert door.rating(OTHER, number) is None


@pytest.mark.parametrize(
    ("stars", "words", "column"), [(0, "", "stars"), (6, "", "stars"), (2, " ", "words"), (5, "x" * 1001, "words")]
)
def test_what_is_not_a_rating(stars: int, words: str, column: str) -> None:
    with pytest.raises(Invalid) as refused:
        door.rate(APPLICANT, ended(), stars, words)
    assert column in [fault.column for fault in refused.value.faults]


def test_a_bad_one_is_followed_up() -> None:
    Account.objects.create(username="an", department="market", roles=["clerk"])
    Account.objects.create(username="bo", department="police", roles=["clerk"])
    number = ended()
    door.rate(APPLICANT, number, 1, "等了很久")
    assert any("差评" in m.subject.zh for m in notices.messages(clerk("market", "an")))
    assert not any("差评" in m.subject.zh for m in notices.messages(clerk("police", "bo")))
    ((_, waiting),) = door.ratings(clerk("market", "an"), waiting=True)
    assert (waiting.stars, waiting.words, waiting.overdue) == (1, "等了很久", False)
    assert door.ratings(clerk("police", "bo")) == []
    for stranger in (clerk("police", "bo"), OTHER, APPLICANT):
        with pytest.raises(NotFound):
            door.follow_up(stranger, number, "x")
    with pytest.raises(Invalid):
        door.follow_up(clerk("market", "an"), number, "  ")
    door.follow_up(clerk("market", "an"), number, "已道歉，增设窗口")
    with pytest.raises(Conflict):
        door.follow_up(clerk("market", "an"), number, "再答")
    assert door.ratings(clerk("market", "an"), waiting=True) == []
    answer = notices.messages(APPLICANT)[0]
    assert (answer.kind, answer.words.zh) == ("answer", "已道歉，增设窗口")


def test_who_follows_up_too_late_is_told_once() -> None:
    Account.objects.create(username="an", department="market", roles=["clerk"])
    door.rate(APPLICANT, ended(), 2, "慢")
    later = timezone.now() + timedelta(days=30)
    door.renew_figures(later)
    door.renew_figures(later)
    late = [m for m in notices.messages(clerk("market", "an")) if "超过回访期限" in m.subject.zh]
    assert len(late) == 1


# figures


def rated(*stars: int) -> None:
    for each in stars:
        number = ended()
        door.rate(APPLICANT, number, each, "因为")


def shown() -> tuple[Any, ...]:
    door.renew_figures()
    found = door.figures("procedure", "licence")
    assert found is not None
    return (found.rated, found.stars)


def test_too_few_are_not_shown() -> None:
    assert door.figures("procedure", "licence") is None
    rated(5, 5, 5, 1)
    door.renew_figures()
    found = door.figures("procedure", "licence")
    assert found is not None
    assert (found.received, found.ended, found.in_time, found.median, found.rated, found.stars) == (None,) * 6


def test_ratings_come_in_batches_so_that_no_single_one_shows() -> None:
    rated(5, 4, 3, 2, 1)
    assert shown() == (5, 3.0)
    for stars in (1, 1, 1, 1):
        rated(stars)
        assert shown() == (5, 3.0)
    rated(1)
    assert shown() == (10, 2.0)
    door.renew_figures()
    (market,) = [row for row in door.league() if row.code == "market"]
    assert (market.received, market.ended, market.in_time, market.rated, market.content) == (10, 10, 1.0, 10, 0.3)


def test_median_and_share_in_time() -> None:
    numbers = [ended() for _ in range(5)]
    day = timezone.now().replace(hour=4)
    while timezone.localtime(day).weekday() != 4:
        day -= timedelta(days=1)
    with connection.cursor() as cursor:
        for days, number in enumerate(numbers):  # they ended on Friday, and began 0 to 4 days earlier
            cursor.execute(
                "update procedures_case set started_at = %s, ended_at = %s, due = %s where id = %s",
                [day - timedelta(days=days), day, day + timedelta(hours=1 if days < 3 else -1), number],
            )
    door.renew_figures()
    found = door.figures("procedure", "licence")
    assert found is not None
    assert (found.ended, found.median, found.in_time) == (5, 2, 0.6)


def test_behind_it_stand_walls(as_web: Any) -> None:
    number = ended()
    door.rate(APPLICANT, number, 2, "慢")
    other = ended(OTHER)
    count = "select count(*) from guides_rating"

    def seen() -> int:
        with connection.cursor() as cursor:
            cursor.execute(count)
            return int(cursor.fetchone()[0])

    for actor, many in ((APPLICANT, 1), (OTHER, 0), (LEAD, 1), (clerk("police"), 0)):
        with as_web(), access.working_for(lambda actor=actor: replace(actor, account_id=7)):
            assert seen() == many
    with as_web(), access.working_for(lambda: replace(OTHER, account_id=7)):
        door.rate(OTHER, other, 4)
        assert Rating.objects.filter(case=number).update(answer="x") == 0
    with as_web(), access.working_for(lambda: replace(LEAD, account_id=7)):
        door.follow_up(LEAD, number, "已整改")
    assert Rating.objects.get(case=number).answer == "已整改"


def test_pages_of_ratings() -> None:
    li, an = person("li"), person("an", "market", "clerk")
    number = ended()
    assert "How was it handled?" in li.get(f"/services/rate/{number}/").content.decode()
    wrong = li.post(f"/services/rate/{number}/", {"stars": "1", "words": ""})
    assert wrong.status_code == 400
    assert 'id="words-fault"' in wrong.content.decode()
    li.post(f"/services/rate/{number}/", {"stars": "1", "words": "<i>慢</i>"})
    assert "Your rating" in li.get(f"/services/rate/{number}/").content.decode()
    page = an.get("/stewardship/ratings/").content.decode()
    assert "&lt;i&gt;慢" in page
    an.post(f"/stewardship/ratings/{number}/follow-up/", {"words": "已整改"})
    assert "Nothing to follow up" in an.get("/stewardship/ratings/").content.decode()
    assert "已整改" in an.get("/stewardship/ratings/?show=all").content.decode()
    assert "已整改" in li.get(f"/services/rate/{number}/").content.decode()
    assert li.get("/stewardship/ratings/").status_code == 403
    assert person("zhao").get(f"/services/rate/{number}/").status_code == 404
    assert Client().get(f"/services/rate/{number}/").status_code == 302
    door.renew_figures()
    assert "market" in Client().get("/services/departments/").content.decode()
