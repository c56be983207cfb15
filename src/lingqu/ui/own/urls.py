"""What belongs to oneself or to whom one acts for."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.own import dues

app_name = "own"
urlpatterns = [
    path("my/dues/", dues.page, name="dues"),
    path("my/dues.ics", dues.file, name="dues_file"),
]
