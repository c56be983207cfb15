"""Under ``/subscriptions/``."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols import page

app_name = "subscriptions"
urlpatterns = [
    path("", page.listing, name="list"),
    path("act/", page.act, name="act"),
]
