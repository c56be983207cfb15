"""What the page of a case shows beside its stages: files and appeals."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures


def of_case(actor: access.Actor, case: procedures.Case) -> dict[str, Any]:
    departments = catalogue.departments()
    return {
        "papers": [
            {"of": each, "department": departments.get(each.department)} for each in procedures.files(actor, case.id)
        ],
        "endings": ",".join(procedures.FILE_ENDINGS),
        "appeals": procedures.appeals(actor, case.id),
    }
