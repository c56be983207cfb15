"""The centre's desk. Every page here needs the right to steward."""

from __future__ import annotations

from django.urls import include, path

from lingqu.stewardship import (
    blueprint,
    catalogue,
    clients,
    deliveries,
    disputes,
    fusion,
    ledger,
    overview,
    sources,
    upload,
)
from lingqu.stewardship.sharing import urls as sharing

app_name = "stewardship"
urlpatterns = [
    path("", overview.page, name="overview"),
    path("catalogue/", catalogue.listing, name="catalogue"),
    path("catalogue/<str:code>/", catalogue.entry, name="resource"),
    path("sharing/", include(sharing.urlpatterns)),
    path("deliveries/", deliveries.listing, name="deliveries"),
    path("deliveries/<int:number>/", deliveries.entry, name="delivery"),
    path("deliveries/<int:number>/progress/", deliveries.progress, name="delivery_progress"),
    path("deliveries/<int:number>/quarantine.csv", deliveries.quarantine, name="quarantine"),
    path("deliveries/<int:number>/withdraw/", deliveries.withdraw, name="withdraw"),
    path("upload/", upload.choose, name="upload"),
    path("upload/<str:code>/", upload.file, name="upload_file"),
    path("upload/<str:code>/confirm/", upload.confirm, name="upload_confirm"),
    path("sources/", sources.listing, name="sources"),
    path("sources/<str:code>/", sources.entry, name="source"),
    path("fusion/", fusion.listing, name="fusion"),
    path("fusion/<str:code>/", fusion.entry, name="register"),
    path("disputes/", disputes.listing, name="disputes"),
    path("ledger/", ledger.listing, name="ledger"),
    path("ledger/<int:number>/", ledger.entry, name="ledger_entry"),
    path("clients/", clients.listing, name="clients"),
    path("clients/<str:code>/rotate/", clients.rotate, name="client_rotate"),
    path("clients/<str:code>/revoke/", clients.revoke, name="client_revoke"),
    path("blueprint/", blueprint.page, name="blueprint"),
    path("blueprint/<str:kind>/<str:code>/", blueprint.entry, name="definition"),
]
