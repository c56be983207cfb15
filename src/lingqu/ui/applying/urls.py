from __future__ import annotations

from django.urls import path

from lingqu.ui.applying import forms, pages

app_name = "applying"
urlpatterns = [
    path("my/applications/", pages.mine, name="mine"),
    path("apply/<slug:code>/", pages.start, name="start"),
    path("apply/<slug:code>/begin/", pages.begin, name="begin"),
    path("apply/<slug:key>/facts/", pages.facts, name="facts"),
    path("apply/<slug:key>/<int:number>/", pages.group, name="group"),
    path("apply/<slug:key>/check/", pages.check, name="check"),
    path("apply/<slug:key>/summary/", pages.summary, name="summary"),
    path("apply/<slug:key>/send/", pages.send, name="send"),
    path("apply/<slug:key>/drop/", pages.drop, name="drop"),
    path("apply/<slug:key>/files/", forms.files, name="files"),
    path("apply/<slug:key>/forms/<str:code>/", forms.form, name="form"),
    path("apply/<slug:key>/forms/<str:code>/pdf/", forms.file, name="file"),
]
