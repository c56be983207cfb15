"""Addresses of what all platforms share: purpose, tiles, the style of maps."""

from __future__ import annotations

from django.urls import path

from lingqu.ui import login, purpose
from lingqu.ui.tiles import serve

app_name = "ui"
urlpatterns = [
    path("accounts/demo/", login.demo, name="demo_login"),
    path("purpose/", purpose.state, name="purpose"),
    path("tiles/style.json", serve.map_style, name="map_style"),
    path("tiles/<str:kind>/<int:z>/<int:x>/<int:y>.mvt", serve.one, name="tile"),
]
