"""Handing in a file: choose the source, give the file, look at the preview, confirm."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange
from lingqu.kernel.errors import LingquError
from lingqu.stewardship.desk import frame, require_over, stewards

KEPT = 6 * 3600
"""Seconds for which a file waits for its confirmation."""

_SALT = "lingqu.stewardship.upload"


@require_safe
@stewards
def choose(request: HttpRequest) -> HttpResponseBase:
    resources, departments = catalogue.resources(), catalogue.departments()
    rows: list[dict[str, Any]] = []
    for source in exchange.sources().values():
        resource = resources.get(source.resource)
        if source.connector in ("file", "inbox") and resource:
            rows.append({"source": source, "resource": resource, "department": departments.get(resource.department)})
    rows.sort(key=lambda r: r["resource"].department)
    return render(request, "stewardship/upload.html", frame("upload", (_("Hand in a file"), ""), rows=rows, step=1))


@require_http_methods(["GET", "POST"])
@stewards
def file(request: HttpRequest, code: str) -> HttpResponseBase:
    source = exchange.sources().get(code)
    if source is None:
        return redirect("stewardship:upload")
    context: dict[str, Any] = {"source": source, "resource": catalogue.resources().get(source.resource), "step": 2}
    status = 200
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None:
            context["fault"], status = _("Choose a file."), 400
        else:
            held = _hold(given)
            try:
                context |= _preview(source, given.name or "file", held) | {"step": 3}
            except LingquError as error:
                held.unlink(missing_ok=True)
                language = get_language() or "zh-hans"
                context["fault"] = f"{error.message.say(language)} {error.next_step.say(language)}".strip()
                status = 400
    crumbs = ((_("Hand in a file"), reverse("stewardship:upload")), (source.title.say(get_language() or "zh-hans"), ""))
    return render(request, "stewardship/upload.html", frame("upload", *crumbs, **context), status=status)


def _folder() -> Path:
    folder: Path = settings.INSTANCE.run / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)
    return folder


def _hold(given: Any) -> Path:
    """Keep the file until it is confirmed, under a name that tells nothing."""
    path = _folder() / secrets.token_hex(16)
    with path.open("wb") as out:
        for chunk in given.chunks():
            out.write(chunk)
    return path


def _preview(source: exchange.Source, name: str, held: Path) -> dict[str, Any]:
    preview = exchange.preview(source.code, name, held, rows=8)
    language = get_language() or "zh-hans"
    resource = catalogue.resources().get(source.resource)
    elements = catalogue.data_elements()
    titles = {}
    for item in resource.items if resource else ():
        element = elements.get(item.element)
        title = item.title or (element.title if element else None)
        titles[item.code] = title.say(language) if title else item.code
    goes: dict[str, str] = {}
    for code, how in source.mapping.items():
        for column in filter(None, (how.column, *how.columns, how.longitude, how.latitude)):
            goes[column] = titles.get(code, code)
    return {
        "preview": preview,
        "name": name,
        "columns": [{"name": c, "item": goes.get(c, "")} for c in preview.columns],
        "missing": [titles.get(m, m) for m in preview.missing],
        "token": signing.dumps({"held": held.name, "name": name, "source": source.code}, salt=_SALT),
    }


@require_POST
@stewards
def confirm(request: HttpRequest, code: str) -> HttpResponseBase:
    try:
        told = signing.loads(request.POST.get("token", ""), salt=_SALT, max_age=KEPT)
        held = _folder() / told["held"]
    except signing.BadSignature:
        told, held = {}, Path("/nowhere")
    if told.get("source") != code or not held.is_file():
        messages.error(request, _("The file waited too long and was thrown away. Please choose it again."))
        return redirect("stewardship:upload_file", code=code)
    resource = catalogue.resource(exchange.sources()[code].resource)
    delivery = exchange.receive(require_over(request, resource.department), code, told["name"], held)
    held.unlink(missing_ok=True)
    if delivery.again:
        messages.info(
            request, _("These very bytes were delivered before. This is that delivery; nothing was loaded twice.")
        )
    else:
        messages.success(request, _("Received. Reading and checking begin by themselves; you may leave this page."))
    return redirect("stewardship:delivery", number=delivery.id)
