"""The centre's desk. Every page here needs the right to steward."""

from __future__ import annotations

from django.urls import include, path

from lingqu.stewardship import (
    account_acts,
    account_forms,
    account_keys,
    accounts,
    approvals,
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
    path("accounts/", accounts.listing, name="accounts"),
    path("new-account/", account_forms.new, name="new_account"),
    path("accounts/<str:name>/", accounts.entry, name="account"),
    path("accounts/<str:name>/change/", account_forms.change, name="change_account"),
    path("accounts/<str:name>/close/", account_acts.close, name="close_account"),
    path("accounts/<str:name>/reopen/", account_acts.reopen, name="reopen_account"),
    path("accounts/<str:name>/person/", account_acts.person, name="person_link"),
    path("accounts/<str:name>/key/", account_keys.key, name="new_key"),
    path("accounts/<str:name>/certificate/", account_keys.certificate, name="new_certificate"),
    path("accounts/<str:name>/keys/<int:number>/withdraw/", account_keys.withdraw, name="withdraw_key"),
    path("accounts/<str:name>/first/", account_keys.first, name="first_way_in"),
    path("accounts/<str:name>/loans/<int:number>/end/", account_acts.end_loan, name="end_loan"),
    path("approvals/", approvals.page, name="approvals"),
    path("approvals/<int:number>/second/", approvals.second, name="second"),
    path("approvals/<int:number>/refuse/", approvals.refuse, name="refuse"),
    path("blueprint/", blueprint.page, name="blueprint"),
    path("blueprint/<str:kind>/<str:code>/", blueprint.entry, name="definition"),
]
