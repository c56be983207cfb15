"""From catalogue entry to use. Included by the desk."""

from __future__ import annotations

from django.urls import path

from lingqu.stewardship.sharing import asking, bulletins, listing, monitoring, record

urlpatterns = [
    path("", listing.requests, name="sharing"),
    path("requests.csv", listing.requests_csv, name="sharing_csv"),
    path("agreements/", listing.agreements, name="sharing_agreements"),
    path("agreements.csv", listing.agreements_csv, name="sharing_agreements_csv"),
    path("new/<str:code>/", asking.begin, name="sharing_begin"),
    path("monitoring/", monitoring.page, name="sharing_monitoring"),
    path("monitoring.csv", monitoring.export, name="sharing_monitoring_csv"),
    path("monitoring/rows/", monitoring.rows, name="sharing_rows"),
    path("bulletins/", bulletins.listing_page, name="sharing_bulletins"),
    path("bulletins/issue/", bulletins.issue, name="sharing_issue"),
    path("bulletins/<int:year>-<int:month>/", bulletins.page, name="sharing_bulletin"),
    path("<str:number>/", record.page, name="sharing_record"),
    path("<str:number>/act/", record.act, name="sharing_act"),
    path("<str:number>/send/", asking.send, name="sharing_send"),
    path("<str:number>/<str:name>/", asking.group, name="sharing_group"),
]
