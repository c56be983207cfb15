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
    path("papers/<slug:code>/<int:number>/", papers.group, name="group"),
    path("papers/<slug:code>/summary/", papers.summary, name="summary"),
    path("papers/<slug:code>/forget/", papers.forget, name="forget"),
    path("papers/<slug:code>/files/", papers.files, name="files"),
    path("papers/<slug:code>/forms/<str:number>/pdf/", papers.file, name="file"),
    path("papers/<slug:code>/forms/<str:number>/", papers.form, name="form"),
]
