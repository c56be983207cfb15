"""Under ``/api/``. What is there is described in ``/api/openapi.json``."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols.api import consents, openapi, records, verify, whoami

urlpatterns = [
    path("openapi.json", openapi.endpoint),
    path("whoami", whoami.endpoint),
    path("verify", verify.endpoint),
    path("agreements/<str:number>/records", records.endpoint),
    path("consents", consents.collection),
    path("consents/<int:number>/paper", consents.single),
]
