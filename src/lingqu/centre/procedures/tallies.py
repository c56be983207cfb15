"""How many cases came, ended, in what time: counts over all cases, nobody's case among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

# Days are those of the connection's time zone, which Django sets to the city's.
_STATEMENT = """
select procedure, started_at::date, ended_at::date, state, due is null or ended_at <= due, count(*)
from procedures_case where started_at >= %(since)s or ended_at >= %(since)s group by 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Tally:
    """``many`` cases of a procedure that began and ended on these days. ``in_time``: by the promised end, if there was
    one. Of those that have not ended ``ended`` is none."""

    procedure: str
    started: date
    ended: date | None
    state: str
    in_time: bool
    many: int


def since(moment: datetime) -> list[Tally]:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"since": moment})
        return [Tally(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in cursor.fetchall()]
