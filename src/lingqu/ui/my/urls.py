"""What everybody who is signed in does for himself: rights, loans of roles, the first password."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.my import first, loans, mandates, rights

app_name = "my"
urlpatterns = [
    path("my/rights/", rights.page, name="rights"),
    path("my/loans/", loans.page, name="loans"),
    path("my/loans/<int:number>/end/", loans.end, name="end_loan"),
    path("my/mandates/", mandates.page, name="mandates"),
    path("my/mandates/<int:number>/", mandates.decide, name="mandate"),
    path("my/acting/", mandates.act_for, name="act_for"),
    path("accounts/first/<str:token>/", first.page, name="first"),
]
