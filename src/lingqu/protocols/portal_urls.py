"""Under ``/developers/``."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols import portal

app_name = "developers"
urlpatterns = [
    path("", portal.page, name="portal"),
    path("connect/", portal.connect, name="connect"),
]
