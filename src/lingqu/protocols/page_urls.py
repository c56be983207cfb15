"""Under ``/subscriptions/``."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols import page, page_sources

app_name = "subscriptions"
urlpatterns = [
    path("", page.listing, name="list"),
    path("act/", page.act, name="act"),
    path("sources/", page_sources.listing, name="sources"),
    path("sources/act/", page_sources.act, name="source_act"),
]
