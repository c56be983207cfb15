"""Supplement what was sent back: exactly those questions, words, and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text
from lingqu.ui.applying.blanks import Page
from lingqu.ui.applying.holder import Kept
from lingqu.ui.cases.mine import own
from lingqu.ui.my.rights import to_sign_in

MOST_FILES = 10


@dataclass
class Returned(Kept):
    """An application that was sent, some of whose questions are answered anew."""

    item: int = 0
    words: str = ""
    brought: list[tuple[str, bytes]] = field(default_factory=list)

    def save(self, answers: Mapping[str, Sequence[str]], step: int) -> None:
        procedures.supplement(self.actor, self.item, self.words, answers, self.brought)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: int, item: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, case = own(request, number)
    of = next((each for each in case.items if each.id == item and each.state == "returned"), None)
    if of is None or case.state != "running":
        messages.info(request, _("Nothing waits to be supplemented there."))
        return redirect("cases:one", number)
    words, fault, questions = request.POST.get("words", "").strip()[:2000], "", None
    if case.application is not None:
        questions = _page(request, actor, case.application, of)
    if request.method == "POST":
        try:
            if _taken(request, actor, of, questions, words):
                messages.success(request, _("Handed in. The office goes on with it."))
                return redirect("cases:one", number)
        except (Invalid, Conflict) as error:
            language = get_language() or "zh-hans"
            fault = f"{error.message.say(language)} {error.next_step.say(language)}"
    context = {
        "crumbs": [
            (_("My cases"), reverse("cases:mine")),
            (str(number), reverse("cases:one", args=[number])),
            (_("Supplement"), ""),
        ],
        "case": case,
        "item": of,
        "page": questions,
        "holder": questions.holder if questions else None,
        "words": words,
        "fault": fault,
        "files": case.application is not None,
    }
    wrong = bool(fault or (questions and questions.faults))
    return render(request, "ui/cases/supplement.html", context, status=422 if wrong else 200)


def _page(request: HttpRequest, actor: access.Actor, application: int, item: procedures.Item) -> Page:
    holder = Returned(actor, papers.applications.one(actor, application), item=item.id)
    known = holder.asked.answerable
    asked = tuple(known[m["term"]] for m in item.missing if m.get("term") in known)
    title = Text(zh="补正", en="Supplement")
    group = papers.Group("", title, any(question.repeated for question in asked), asked, ())
    return Page(request, holder, group)


def _taken(request: HttpRequest, actor: access.Actor, item: procedures.Item, page: Page | None, words: str) -> bool:
    if not words:
        raise Invalid(
            "procedures.words",
            Text(zh="请写明补正了什么", en="Say what you supplement"),
            next_step=Text(zh="填写补正说明", en="Write a few words"),
        )
    if page is None:
        procedures.supplement(actor, item.id, words)
        return True
    holder = page.holder
    assert isinstance(holder, Returned)
    holder.words = words
    holder.brought = [
        (str(f.name), f.read(papers.LARGEST_FILE + 1)) for f in request.FILES.getlist("files")[:MOST_FILES]
    ]
    return page.take()
