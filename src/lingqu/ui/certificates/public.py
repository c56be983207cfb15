"""For everybody: what a certificate is worth, by its number or by the file itself."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.kernel.errors import NotFound


def states() -> dict[str, tuple[str, str]]:
    """State → (in words, how it is marked)."""
    return {
        "valid": (_("Valid"), "ok"),
        "later": (_("Not in force yet"), "notice"),
        "expired": (_("Expired"), "notice"),
        "revoked": (_("Revoked"), "bad"),
        "replaced": (_("Replaced by a new one"), "notice"),
        "unknown": (_("Unknown"), "bad"),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Type a number, or bring a file."""
    if number := "".join(request.GET.get("number", "").split()).replace("/", "").upper()[:40]:
        return HttpResponseRedirect(reverse("certificates:one", args=[number]))
    return _answer(request, {"crumbs": [(_("Check a certificate"), "")]}, "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Where the QR code leads. A number nobody issued answers 404, in the same page."""
    context: dict[str, Any] = {"crumbs": [(_("Check a certificate"), reverse("certificates:check")), (number, "")]}
    context |= {"number": number}
    try:
        shown = papers.certificates.show(access.actor_of(request), number)
    except NotFound:
        context |= {"state": states()["unknown"]}
        return _answer(request, context, number, status=404)
    return _answer(request, context | {"shown": shown, "state": states()[shown.state]}, number)


def _answer(request: HttpRequest, context: dict[str, Any], number: str, status: int = 200) -> HttpResponse:
    if request.method == "POST":
        brought = request.FILES.get("file")
        if brought is None or not brought.size or brought.size > papers.certificates.MOST_BYTES:
            context |= {"fault": _("Choose a PDF file of at most 10 MB.")}
            status = 400
        else:
            context |= _told(papers.certificates.prove(access.actor_of(request), brought.read()), number)
    return render(request, "ui/certificates/check.html", context, status=status)


def _told(proof: Any, number: str) -> dict[str, Any]:
    """The three questions about a file, each with its answer: (question, holds, answer)."""
    other = bool(proof.same and number and proof.number != number)
    signed = proof.signature.good
    counts = proof.shown is not None and proof.shown.state == "valid"
    rows = [
        (
            _("Signature"),
            signed,
            _("by the issuer's key, over the whole file") if signed else _("missing, broken or by somebody else"),
        ),
        (
            _("Content"),
            proof.same and not other,
            _("byte for byte as it was issued")
            if proof.same and not other
            else _("of another certificate")
            if other
            else _("changed, or never issued here"),
        ),
        (_("State"), counts, states()[proof.shown.state if proof.shown else "unknown"][0]),
    ]
    return {"proof": proof, "rows": rows, "good": proof.good and not other}


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The roots by which other programs check signatures."""
    return HttpResponse(papers.roots(), content_type="application/x-pem-file")


@require_safe
def status(request: HttpRequest, number: int) -> HttpResponse:
    """The signed list of what ended; as JSON where that is asked for."""
    if "application/json" in request.headers.get("Accept", ""):
        text = json.dumps(papers.status_list.credential(number), ensure_ascii=False)
        return HttpResponse(text, content_type="application/json")
    made = HttpResponse(papers.status_list.signed(number), content_type="application/vc+jwt")
    made["Cache-Control"] = f"public, max-age={int(papers.status_list.LIVES.total_seconds() // 3)}"
    return made
