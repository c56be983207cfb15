from __future__ import annotations

from django.urls import path

from lingqu.operations import front

app_name = "operations"
urlpatterns = [path("", front.page, name="front")]
