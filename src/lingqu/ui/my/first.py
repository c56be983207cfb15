"""The first password of somebody who was given an account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lingqu.centre.access.door import administration
from lingqu.kernel.errors import Invalid


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    name, faults = administration.opens(token), []
    if request.method == "POST":
        password = request.POST.get("password", "")
        if password != request.POST.get("again", ""):
            faults = [_("The two are not the same.")]
        else:
            try:
                administration.come_in(token, password)
            except Invalid as error:
                faults = [f.message.say(get_language() or "zh-hans") for f in error.faults]
            else:
                messages.success(request, _("Your password is set. Sign in with it."))
                return redirect("account_login")
    status = 400 if faults else 200
    return render(request, "ui/my_first.html", {"name": name, "faults": faults}, status=status)
