from __future__ import annotations

from django.urls import path

from lingqu.citizen import front, mine, my_data
from lingqu.ui.asking import page as asking
from lingqu.ui.services import listing

app_name = "citizen"
urlpatterns = [
    path("", front.page, name="front"),
    path("my/", mine.page, name="mine"),
    path("services/", listing.citizens, name="services"),
    path("consult/", asking.citizens, name="consult"),
    path("my-data/", my_data.page, name="my_data"),
    path("my-data/looks/", my_data.looks, name="my_looks"),
    path("my-data/looks.csv", my_data.export, name="my_looks_export"),
    path("my-data/consents/", my_data.consents, name="my_consents"),
    path("my-data/consents/<int:number>/", my_data.consent, name="my_consent"),
    path("my-data/corrections/", my_data.corrections, name="my_corrections"),
    path("my-data/corrections/<int:number>/withdraw/", my_data.withdraw, name="my_correction_withdraw"),
    path("my-data/objections/", my_data.objections, name="my_objections"),
    path("my-data/object/", my_data.object_to, name="my_object"),
]
