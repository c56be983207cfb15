"""Where answers are kept: of an account on the server, of a stranger in the session, as a trial.

An address names one by its key: the number of an application, or the code of a situation for a trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers

_KEY, _FACTS = "papers", "papers_facts"


@dataclass
class Kept:
    """An application of the signed-in account."""

    actor: access.Actor
    of: papers.applications.Application

    trial = False

    @property
    def key(self) -> str:
        return str(self.of.number)

    @property
    def step(self) -> int:
        return self.of.step

    @cached_property
    def asked(self) -> papers.Asked:
        return papers.applications.asked_of(self.of)

    @property
    def answers(self) -> Mapping[str, list[str]]:
        return self.of.answers

    @property
    def looks(self) -> Mapping[str, Any]:
        return self.of.looks

    @cached_property
    def files(self) -> dict[str, papers.applications.Attached]:
        return {each.term: each for each in papers.applications.attached(self.of.number) if each.term}

    def save(self, answers: Mapping[str, Sequence[str]], step: int) -> None:
        self.of = papers.save_application(self.actor, self.of.number, step, answers)

    def attach(self, term: str, name: str, content: bytes) -> str:
        made = papers.attach_file(self.actor, self.of.number, name, content, term)
        self.__dict__.pop("files", None)
        return made.name

    def change_facts(self, facts: Iterable[str], step: int) -> None:
        self.of = papers.change_facts(self.actor, self.of.number, step, facts)

    def drop(self) -> None:
        papers.drop_application(self.actor, self.of.number)


@dataclass
class Trial:
    """Answers of who is not signed in: gone with the browser's session, or taken over when he signs in."""

    request: HttpRequest
    code: str

    trial, step = True, 0

    @property
    def key(self) -> str:
        return self.code

    @property
    def actor(self) -> access.Actor:
        return access.actor_of(self.request)

    @property
    def asked(self) -> papers.Asked:
        known = papers.asked(self.code)
        facts = [f for f in self._facts() if f in known.book.rules.facts]
        return papers.asked(self.code, facts)

    def _facts(self) -> list[str]:
        found: list[str] = self.request.session.get(_FACTS, {}).get(self.code, papers.asked(self.code).situation.true)
        return found

    @property
    def answers(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = self.request.session.get(_KEY, {}).get(self.code, {})
        return found

    @property
    def looks(self) -> Mapping[str, Any]:
        return {}

    @property
    def files(self) -> dict[str, papers.applications.Attached]:
        return {}

    def save(self, answers: Mapping[str, Sequence[str]], step: int) -> None:
        kept, faults = papers.checked_answers(self.asked, answers)
        if faults:
            raise papers.invalid_answers(faults)
        every = self.request.session.get(_KEY, {})
        self.request.session[_KEY] = every | {self.code: dict(self.answers) | kept}

    def attach(self, term: str, name: str, content: bytes) -> str:
        return ""

    def change_facts(self, facts: Iterable[str], step: int) -> None:
        every = self.request.session.get(_FACTS, {})
        self.request.session[_FACTS] = every | {self.code: list(papers.asked(self.code, facts).true)}

    def drop(self) -> None:
        for name in (_KEY, _FACTS):
            self.request.session[name] = {k: v for k, v in self.request.session.get(name, {}).items() if k != self.code}


Holder = Kept | Trial


def opened(request: HttpRequest, key: str) -> Holder:
    """Raises ``NotFound``. A trial of somebody who has signed in meanwhile becomes an application."""
    actor = access.actor_of(request)
    if key.isascii() and key.isdigit() and len(key) < 18:
        return Kept(actor, papers.applications.one(actor, int(key)))
    papers.asked(key)
    trial = Trial(request, key)
    return taken_over(trial) if request.user.is_authenticated else trial


def taken_over(trial: Trial) -> Kept:
    """What was typed before signing in stays."""
    made = papers.begin_application(trial.actor, trial.code, trial.asked.true, answers=trial.answers)
    trial.drop()
    return Kept(trial.actor, made)


def address(name: str, holder: Holder, *more: Any) -> str:
    return reverse(f"applying:{name}", args=[holder.key, *more])
