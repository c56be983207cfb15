"""Calls to look at a case: of a department or a person, until somebody has looked."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import rights, store, telling

_CALL = """
insert into procedures_call (case_id, item, comment, stage, department, person, at, seen_by)
select %(case)s, %(item)s, %(comment)s, %(stage)s, d, p, %(at)s, ''
from unnest(%(departments)s::text[], %(persons)s::text[]) as u(d, p)
"""


def call(
    case_id: int,
    whom: Iterable[tuple[str, str]],
    *,
    comment: int | None = None,
    item: int | None = None,
    stage: int = 0,
    but: str = "",
) -> None:
    """``whom``: (department, person), one of them empty; ``but``: the applicant, who is told nothing of it. Without
    ``returning``: whoever calls may not see the row."""
    pairs = list(whom)
    if not pairs:
        return
    telling.called(case_id, pairs, comment=comment, item=item, stage=stage, but=but)
    given = {
        "case": case_id, "item": item, "comment": comment, "stage": stage, "at": timezone.now(),
        "departments": [department for department, _ in pairs], "persons": [person for _, person in pairs],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CALL, given)


def seen(actor: access.Actor, call_id: int) -> None:
    """Whoever was called, or one of the department that was, has looked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procedures_call set seen_at = now(), seen_by = %s where id = %s and seen_at is null "
            "and (person = %s or (person = '' and department = any(%s)))",
            [actor.name[:200], call_id, actor.name, rights.departments(actor)],
        )
        if not cursor.rowcount:
            error = store.missing(str(call_id))
            access.tell(actor, error)
            raise error
