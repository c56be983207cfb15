"""Addresses of what all platforms share: purpose, tiles, the style of maps, signing in, reporting holes."""

from __future__ import annotations

from django.urls import path

from lingqu.ui import correct, login, purpose, security
from lingqu.ui.entry import issuer
from lingqu.ui.tiles import serve

app_name = "ui"
urlpatterns = [
    path("accounts/demo/", login.demo, name="demo_login"),
    path("correct/<str:entity_id>/<str:attribute>/", correct.page, name="correct"),
    path("purpose/", purpose.state, name="purpose"),
    path("security/", security.page, name="security"),
    path(".well-known/security.txt", security.text, name="security_txt"),
    path("tiles/style.json", serve.map_style, name="map_style"),
    path("tiles/<str:kind>/<int:z>/<int:x>/<int:y>.mvt", serve.one, name="tile"),
    # Before allauth's own addresses: consent with more demands, and ways that are not offered.
    path("identity/o/authorize", issuer.authorize, name="authorize"),
    path("identity/o/device", issuer.absent),
    path("identity/o/api/device/code", issuer.absent),
    path("accounts/signup/", issuer.absent),
    path("accounts/email/", issuer.absent),
    path("accounts/confirm-email/", issuer.absent),
    path("accounts/confirm-email/<str:key>/", issuer.absent),
    path("accounts/password/reset/", issuer.absent),
    path("accounts/password/reset/<path:rest>", issuer.absent),
    path("accounts/login/code/confirm/", issuer.absent),
    path("accounts/3rdparty/signup/", issuer.absent),
]
