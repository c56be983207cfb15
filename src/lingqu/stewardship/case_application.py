"""What a department sees of a case's application: its own forms, the files."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures


def of_case(actor: access.Actor, case: procedures.Case) -> dict[str, Any]:
    """For the page of a case: the department's forms, files, and questions that may be sent back."""
    if case.application is None:
        return {}
    dossier, sent = papers.applications.sent_dossier(case.application, case.id)
    own = papers.of_office(actor, dossier)
    return {
        "forms": sorted((dossier.form(code) for code in own), key=lambda form: form.code),
        "others": len(dossier.book.forms) - len(own),
        "files": papers.applications.attached(sent.number),
        "questions": [question.title for question in dossier.made.questions],
        "sent": True,
    }
