"""``/accounts/oidc/<provider>/login/`` and its way back; named as django-allauth names a provider's addresses."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.entry.city import views

urlpatterns = [
    path("oidc/<str:provider_id>/login/", views.login, name="city_login"),
    path("oidc/<str:provider_id>/login/callback/", views.callback, name="city_callback"),
]
