"""The flow: begin, a group a page, the summary, sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.ui.applying.blanks import Page
from lingqu.ui.applying.holder import Holder, Kept, address, opened, taken_over
from lingqu.ui.applying.holder import Trial as Trying
from lingqu.ui.my.rights import to_sign_in

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Holder, P], HttpResponse]


def held(page: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Hands the application on. One that was sent leads to its case; a trial of who has signed in to what it became."""

    @wraps(page)
    def found(request: HttpRequest, key: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if key.isdigit() and not request.user.is_authenticated:
            return to_sign_in(request)
        holder = opened(request, key)
        if isinstance(holder, Kept) and holder.of.case is not None:
            return redirect("cases:one", holder.of.case)
        if holder.key != key:
            return redirect(request.path.replace(f"/{key}/", f"/{holder.key}/", 1))
        return page(request, holder, *args, **kwargs)

    return never_cache(found)


def crumbs(holder: Holder, here: str = "") -> list[tuple[str, str]]:
    title = holder.asked.situation.title.say(get_language() or "zh-hans")
    found = [platform(holder.asked.situation.audience)]
    if not here:
        return [*found, (title, "")]
    return [*found, (title, address("group", holder, 1)), (here, "")]


def platform(audience: str) -> tuple[str, str]:
    if audience == "citizen":
        return _("For citizens"), reverse("citizen:front")
    return _("For enterprises"), reverse("enterprise:front")


@require_safe
@never_cache
def start(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, who takes it, what is so of the applicant; begun by ``begin``."""
    if code.isdigit():
        return redirect("applying:group", code, 1)
    asked = papers.asked(code)
    mine = papers.applications.mine(access.actor_of(request)) if request.user.is_authenticated else []
    rules = asked.book.rules
    context = {
        "crumbs": [platform(asked.situation.audience), (asked.situation.title.say(get_language() or "zh-hans"), "")],
        "asked": asked,
        "procedure": procedures.taking(code),
        "facts": [(fact, rules.facts[fact].title, True) for fact in asked.true],
        "others": [(fact, each.title, False) for fact, each in rules.facts.items() if fact not in asked.true],
        "drafts": [each for each in mine if each.situation == code],
        "trial": Trying(request, code).answers if not request.user.is_authenticated else {},
        "days": papers.applications.KEPT.days,
        "behalf": access.actor_of(request).behalf,
    }
    return render(request, "ui/applying/start.html", context)


@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    facts = request.POST.getlist("fact")[:200]
    if not request.user.is_authenticated:
        trial = Trying(request, code)
        trial.change_facts(facts, 0)
        return redirect(address("group", trial, 1))
    trial = Trying(request, code)
    if trial.answers:
        trial.change_facts(facts, 0)
        return redirect(address("group", taken_over(trial), 1))
    made = papers.begin_application(access.actor_of(request), code, facts)
    return redirect("applying:group", str(made.number), 1)


@require_http_methods(["GET", "HEAD", "POST"])
@held
def facts(request: HttpRequest, holder: Holder) -> HttpResponse:
    """What is so of the applicant: other questions may follow."""
    if request.method == "POST":
        step = request.POST.get("step", "")
        try:
            holder.change_facts(request.POST.getlist("fact")[:200], int(step) if step.isdigit() else 0)
        except Conflict as error:
            messages.error(request, error.message.say(get_language() or "zh-hans"))
        return redirect(address("group", holder, 1))
    asked = holder.asked
    context = {
        "crumbs": crumbs(holder, _("Your situation")),
        "holder": holder,
        "facts": [(fact, each.title, fact in asked.true) for fact, each in asked.book.rules.facts.items()],
    }
    return render(request, "ui/applying/facts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@held
def group(request: HttpRequest, holder: Holder, number: int) -> HttpResponse:
    """One group of questions; what is understood is kept, what is not is said beside its question."""
    if not 1 <= number <= len(holder.asked.groups):
        raise Http404(str(number))
    of = holder.asked.groups[number - 1]
    page = Page(request, holder, of)
    if request.method == "POST" and page.take():
        return redirect(_after(request, holder, number))
    status = 409 if page.moved else 422 if page.faults else 200
    language = get_language() or "zh-hans"
    context = {
        "crumbs": crumbs(holder, of.title.say(language)),
        "holder": holder,
        "title": of.title,
        "page": page,
        "number": number,
        "total": len(holder.asked.groups),
        "steps": steps(request, holder, number),
        "before": address("group", holder, number - 1) if number > 1 else "",
        "check": address("check", holder),
    }
    return render(request, "ui/applying/group.html", context, status=status)


def steps(request: HttpRequest, holder: Holder, here: int = 0) -> list[tuple[str, Any, bool, bool]]:
    """(address, title, done, here) of each group."""
    return [
        (address("group", holder, i), each.title, not Page(request, holder, each).missing, i == here)
        for i, each in enumerate(holder.asked.groups, 1)
    ]


def _after(request: HttpRequest, holder: Holder, number: int) -> str:
    then = request.POST.get("then", "").partition(":")[0]
    if then in ("row", "drop", "mine"):
        return address("group", holder, number)
    if then == "leave":
        return reverse("applying:start", args=[holder.key]) if holder.trial else reverse("applying:mine")
    if number == len(holder.asked.groups):
        return address("summary", holder)
    return address("group", holder, number + 1)


@require_POST
@held
def check(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Whether one answer is understood, for pages that ask while one types; nothing is kept."""
    term, text = request.POST.get("term", "")[:200], request.POST.get("text", "")[:4000]
    _kept, faults = papers.checked_answers(holder.asked, {term: [text]})
    language = get_language() or "zh-hans"
    return JsonResponse({"fault": faults[0].message.say(language) if faults and text.strip() else ""})


@require_safe
@held
def summary(request: HttpRequest, holder: Holder) -> HttpResponse:
    """All answers, what registers say, the forms they become; from here it is sent."""
    return render(request, "ui/applying/summary.html", _summed(request, holder))


def _summed(request: HttpRequest, holder: Holder, fault: str = "") -> dict[str, Any]:
    groups = [(i, Page(request, holder, each)) for i, each in enumerate(holder.asked.groups, 1)]
    for _i, page in groups[1:]:
        page.had = groups[0][1].had
    book = holder.asked.book
    forms = [
        (form, book.rules.offices[form.office], len(form.fields))
        for form in sorted(book.forms, key=lambda form: form.code)
    ]
    procedure = procedures.taking(holder.asked.situation.code)
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    return {
        "crumbs": crumbs(holder, _("Summary")),
        "holder": holder,
        "groups": groups,
        "forms": forms,
        "missing": sum(page.missing for _number, page in groups),
        "procedure": procedure,
        "fault": fault,
        "behalf": holder.actor.behalf,
        "sign_in": sign_in,
    }


@require_POST
@held
def send(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Sent twice it is one case."""
    if not isinstance(holder, Kept):
        return to_sign_in(request)
    try:
        number = procedures.apply(
            holder.actor,
            holder.of.number,
            agreed=request.POST.get("agreed") == "1",
            blanks=request.POST.get("blanks") == "1",
        )
    except Invalid as error:
        language = get_language() or "zh-hans"
        fault = f"{error.message.say(language)} {error.next_step.say(language)}"
        return render(request, "ui/applying/summary.html", _summed(request, holder, fault), status=422)
    messages.success(request, _("Sent. Its number: %(n)s") % {"n": number})
    return redirect("cases:one", number)


@require_POST
@held
def drop(request: HttpRequest, holder: Holder) -> HttpResponse:
    code = holder.asked.situation.code
    holder.drop()
    messages.success(request, _("Deleted."))
    return redirect("applying:start", code)


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """My applications that are not sent yet."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    found = papers.applications.mine(access.actor_of(request), before=number)
    context = {
        "crumbs": [(_("My applications"), "")],
        "drafts": found,
        "more": found[-1].number if len(found) == 20 else None,
        "situations": list(papers.situations().values()),
    }
    return render(request, "ui/applying/mine.html", context)
