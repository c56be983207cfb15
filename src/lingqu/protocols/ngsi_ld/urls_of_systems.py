"""Under ``/ngsi-ld/ex/``: what other systems tell this one of their own accord."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols.ngsi_ld.sources import forwarded

urlpatterns = [
    path("remote-notify", forwarded.told),
    path("remote-notify/<str:tenant>", forwarded.told),
]
