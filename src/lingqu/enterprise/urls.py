from __future__ import annotations

from django.urls import path

from lingqu.enterprise import front

app_name = "enterprise"
urlpatterns = [path("", front.page, name="front")]
