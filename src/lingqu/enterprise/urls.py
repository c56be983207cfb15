from __future__ import annotations

from django.urls import path

from lingqu.enterprise import front, papers
from lingqu.ui.services import listing

app_name = "enterprise"
urlpatterns = [
    path("", front.page, name="front"),
    path("services/", listing.firms, name="services"),
    path("papers/", papers.listing, name="papers"),
    path("papers/<slug:code>/", papers.situation, name="situation"),
]
