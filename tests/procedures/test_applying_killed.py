"""Killed at any statement of sending or of issuing: one case, one licence, one firm; of many at once one does it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from founding import APPLICANT, REGISTRAR, applied, build, items, through
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.papers import typeset
from lingqu.centre.papers.models import Application, Certificate
from lingqu.centre.procedures import door, models, store
from lingqu.kernel.errors import LingquError
from lingqu.ui import vendor
from procedures.test_killed import killed_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    vendor.bring(dev=True)
    build(tmp_path)
    yield
    store.forget()


class TypstElsewhere:
    """Typst in a process of its own: what a test forks has none of the threads by which Typst works, and would wait."""

    SET = (
        "import json, sys, typst; root, fonts = sys.argv[1:]; "
        "setter = typst.Compiler(root=root, font_paths=[fonts], ignore_system_fonts=True); "
        "made, warnings = setter.compile_with_warnings(**json.load(sys.stdin)); assert not warnings; "
        "sys.stdout.buffer.write(made)"
    )

    def compile_with_warnings(self, **given: Any) -> tuple[bytes, list[Any]]:
        command = [sys.executable, "-c", self.SET, str(typeset._LAYOUTS), str(typeset.fonts())]
        done = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True, check=True)
        return done.stdout, []


def firms() -> int:
    return entities.count(SYSTEM, entities.Query(types=("Organization",)))


def consistent() -> None:
    """Application and case, last step and licence stand together or not at all."""
    for application in Application.objects.all():
        cases = list(models.Case.objects.filter(application=application.pk).values_list("pk", flat=True))
        assert cases == ([application.case] if application.case else [])
        assert (application.state == "sent") == bool(cases)
    done = models.Item.objects.filter(node="issue", state="done").count()
    acts = models.Act.objects.filter(act="issue").count()
    assert Certificate.objects.count() == firms() == done == acts


def test_kill_9_at_every_statement_of_sending_and_of_issuing(bureau: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_compiler", TypstElsewhere)
    made, killed = applied(), 0
    for work in (lambda: door.apply(APPLICANT, made.number, agreed=True), lambda: issue()):
        statement = 1
        while killed_at(statement, work):
            killed, statement = killed + 1, statement + 1
            consistent()
        consistent()
        if not models.Act.objects.filter(act="complete").exists():
            through(models.Case.objects.get().pk)
    assert models.Case.objects.get().state == "ended"
    assert (Certificate.objects.count(), firms()) == (1, 1)
    assert killed > 20


def issue() -> None:
    case = models.Case.objects.get().pk
    door.complete(REGISTRAR, items(case)["issue"].id, {})


def at_once(work, count: int = 6) -> list[str]:
    told, gate = [], threading.Barrier(count)

    def one() -> None:
        try:
            gate.wait()
            told.append(f"done {work()}")
        except LingquError as error:
            told.append(error.rule)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_of_many_at_once_one_sends_and_one_issues(bureau: None) -> None:
    made = applied()
    told = at_once(lambda: door.apply(APPLICANT, made.number, agreed=True))
    assert len(set(told)) == 1
    case = models.Case.objects.get().pk
    assert told[0] == f"done {case}"
    through(case)
    told = at_once(issue)
    assert told.count("done None") == 1
    consistent()
    assert papers.certificates.of_person(APPLICANT.person)[0].case == str(case)
