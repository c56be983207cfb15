"""Appointments at counters."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.appointments import pages

app_name = "appointments"
urlpatterns = [
    path("appointments/", pages.listing, name="list"),
    path("appointments/<str:code>/", pages.counter, name="counter"),
    path("my/appointments/", pages.mine, name="mine"),
    path("my/appointments/<int:number>/cancel/", pages.cancel, name="cancel"),
    path("my/appointments/<int:number>.ics", pages.file, name="file"),
]
