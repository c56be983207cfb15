"""Ask or complain: what it is about, what happened, where; then a case with its number and code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides import door as guides
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.ui.my.rights import to_sign_in
from lingqu.ui.services.listing import platform

MOST = {"what": 2000, "place": 200, "contact": 200}  # characters
FILES = 5
_TITLE = 40
_TWICE = timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """What the form holds. ``sort``: consultation or complaint; ``whom``: entity that is acted for."""

    sort: str
    office: str
    service: str
    what: str
    place: str
    contact: str
    whom: str


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def citizens(request: HttpRequest) -> HttpResponse:
    return _page(request, "citizens")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def firms(request: HttpRequest) -> HttpResponse:
    return _page(request, "firms")


def _page(request: HttpRequest, audience: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, offered = access.actor_of(request), procedures.asking()
    faults: list[str] = []
    asked = _asked(request, actor)
    if request.method == "POST":
        faults = _faults(asked, request)
        if not faults:
            try:
                return _sent(request, actor, asked)
            except (Invalid, Conflict) as error:
                faults = [f"{error.message.say(_language())} {error.next_step.say(_language())}"]
    context = {
        "crumbs": [platform(audience), (_("Consultation and complaints"), "")],
        "sorts": [
            (sort, offered[sort].title, offered[sort].days) for sort in ("consultation", "complaint") if sort in offered
        ],
        "departments": catalogue.departments().values(),
        "services": sorted(
            (each for each in guides.services().values() if audience in each.audience),
            key=lambda each: each.title.say(_language()),
        ),
        "asked": asked,
        "most": MOST,
        "most_files": FILES,
        "endings": ",".join(procedures.FILE_ENDINGS),
        "faults": faults,
    }
    return render(request, "ui/asking/page.html", context, status=422 if faults else 200)


def _language() -> str:
    return get_language() or "zh-hans"


def _asked(request: HttpRequest, actor: access.Actor) -> Asked:
    given = request.POST if request.method == "POST" else request.GET
    said = {name: given.get(name, "").replace("\0", "").replace("\r\n", "\n").strip() for name in Asked.__annotations__}
    service = guides.services().get(said["service"])
    if request.method != "POST":
        if service is not None:
            said["office"] = said["office"] or service.department
            said["sort"] = said["sort"] or ("complaint" if service.sort == "complaint" else "consultation")
        said["whom"] = actor.behalf.id if actor.behalf else ""
    return Asked(**said)


def _faults(asked: Asked, request: HttpRequest) -> list[str]:
    """What the form does not take; a browser stops most of it before."""
    found = []
    if asked.sort not in procedures.asking():
        found.append(_("Choose whether you ask or complain."))
    if asked.office and asked.office not in catalogue.departments():
        found.append(_("Choose the department from the list."))
    if asked.service and asked.service not in guides.services():
        found.append(_("Choose the service from the list."))
    if not asked.what:
        found.append(_("Say what happened or what you want to know."))
    if any(len(getattr(asked, name)) > most for name, most in MOST.items()):
        found.append(_("At most %(what)s characters for what happened, %(place)s for place and contact.") % MOST)
    if len(request.FILES.getlist("files")) > FILES:
        found.append(_("At most %(n)s files.") % {"n": FILES})
    return found


def _sent(request: HttpRequest, actor: access.Actor, asked: Asked) -> HttpResponse:
    of = procedures.asking()[asked.sort]
    twice = _just_sent(actor, of.code, asked)
    if twice is not None:
        messages.info(request, _("You have sent this already; here it is."))
        return redirect("cases:one", twice)
    service = guides.services().get(asked.service)
    answers = {"office": asked.office, "what": asked.what, "place": asked.place, "contact": asked.contact}
    answers["service"] = service.title.say(_language()) if service else ""
    files = [(str(each.name), each.read(procedures.LARGEST_FILE + 1)) for each in request.FILES.getlist("files")]
    number = procedures.start(
        actor,
        of.code,
        title=asked.what.splitlines()[0][:_TITLE],
        answers=answers,
        files=files,
        on_behalf_of=asked.whom[:200],
        days=guides.promised(service) if service and service.sort == asked.sort else None,
    )
    code = procedures.progress_code(actor, number)
    said = _("Received. Number %(number)s, code %(code)s: with both you see its progress without signing in.")
    messages.success(request, said % {"number": number, "code": code})
    return redirect("cases:one", number)


def _just_sent(actor: access.Actor, code: str, asked: Asked) -> int | None:
    """The same words, sent again by a second click or by going back."""
    for case in procedures.applications(actor, 1):
        same = case.procedure == code and case.answers.get("what") == asked.what
        if same and case.on_behalf_of == asked.whom and case.started_at > now() - _TWICE:
            return case.id
    return None
