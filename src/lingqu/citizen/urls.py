from __future__ import annotations

from django.urls import path

from lingqu.citizen import front

app_name = "citizen"
urlpatterns = [path("", front.page, name="front")]
