"""Under ``/api/``. What is there is described in ``/api/openapi.json``."""

from __future__ import annotations

from django.urls import path

from lingqu.protocols.api import cases, consents, dispatches, openapi, records, verify, whoami

urlpatterns = [
    path("openapi.json", openapi.endpoint),
    path("whoami", whoami.endpoint),
    path("verify", verify.endpoint),
    path("agreements/<str:number>/records", records.endpoint),
    path("agreements/<str:number>/dispatches", dispatches.collection),
    path("dispatches/<int:number>", dispatches.single),
    path("dispatches/<int:number>/files/<str:name>", dispatches.content),
    path("dispatches/<int:number>/receipt", dispatches.acknowledgement),
    path("cases/<int:number>/messages", cases.messages),
    path("consents", consents.collection),
    path("consents/<int:number>/paper", consents.single),
]
