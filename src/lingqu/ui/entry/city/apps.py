from __future__ import annotations

from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "lingqu.ui.entry.city"
    label = "entry_city"
