"""Registers: pages of every entity type, made from its definition."""

from __future__ import annotations

from django.urls import path

from lingqu.ui.registers import big_exports, export, listing, record, search

app_name = "registers"
urlpatterns = [
    path("", search.front, name="front"),
    path("search/", search.results, name="search"),
    path("<str:kind>/", listing.page, name="list"),
    path("<str:kind>/export.<str:form>", export.page, name="export"),
    path("<str:kind>/export.<str:form>/ask", big_exports.ask, name="export_ask"),
    path("<str:kind>/export.<str:form>/asked", big_exports.asked, name="export_asked"),
    path("<str:kind>/<path:entity_id>/", record.page, name="record"),
]
