"""Public services, for everybody: nobody has to sign in."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.services import guide, listing, matter, progress, rating

app_name = "services"
urlpatterns = [
    path("services/", listing.page, name="list"),
    path("services/progress/", progress.page, name="progress"),
    path("services/departments/", rating.league, name="league"),
    path("services/rate/<int:number>/", rating.page, name="rate"),
    path("services/matters/<str:code>/", matter.page, name="matter"),
    path("services/guides/<str:code>/", guide.page, name="guide"),
    path("services/guides/<str:code>.json", guide.data, name="data"),
]
