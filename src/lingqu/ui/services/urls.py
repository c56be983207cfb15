"""Public services, for everybody: nobody has to sign in."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.services import guide, listing, matter

app_name = "services"
urlpatterns = [
    path("services/", listing.page, name="list"),
    path("services/matters/<str:code>/", matter.page, name="matter"),
    path("services/guides/<str:code>/", guide.page, name="guide"),
    path("services/guides/<str:code>.json", guide.data, name="data"),
]
