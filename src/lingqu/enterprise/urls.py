from __future__ import annotations

from django.urls import path

from lingqu.enterprise import front, mine, papers
from lingqu.ui.asking import page as asking
from lingqu.ui.services import listing

app_name = "enterprise"
urlpatterns = [
    path("", front.page, name="front"),
    path("my/", mine.page, name="mine"),
    path("my/looks/", mine.seen, name="my_looks"),
    path("services/", listing.firms, name="services"),
    path("consult/", asking.firms, name="consult"),
    path("papers/", papers.listing, name="papers"),
    path("papers/<slug:code>/", papers.situation, name="situation"),
]
