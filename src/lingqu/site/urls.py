"""Every address of the site. Each room brings its own urls; this file only mounts them."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from lingqu.site import front, health, metrics

urlpatterns: list[URLPattern | URLResolver] = []
# Programs ask most often: what they ask is looked for first.
if find_spec("lingqu.protocols.ngsi_ld.urls"):
    urlpatterns.append(path("ngsi-ld/v1/", include("lingqu.protocols.ngsi_ld.urls")))
    urlpatterns.append(path("ngsi-ld/ex/", include("lingqu.protocols.ngsi_ld.urls_of_systems")))
if find_spec("lingqu.protocols.api.urls"):
    urlpatterns.append(path("api/", include("lingqu.protocols.api.urls")))
urlpatterns += [
    path("", front.page, name="front"),
    path("", include("lingqu.ui.urls")),
    path("", include("lingqu.ui.my.urls")),
    path("", include("lingqu.ui.own.urls")),
    path("", include("lingqu.ui.appointments.urls")),
    path("", include("lingqu.ui.messages.urls")),
    path("", include("lingqu.ui.services.urls")),
    path("", include("lingqu.protocols.cpsv.urls")),
    path("", include("lingqu.ui.certificates.urls")),
    path("", include("lingqu.ui.applying.urls")),
    path("", include("lingqu.ui.cases.urls")),
    path("registers/", include("lingqu.ui.registers.urls")),
    path("citizen/", include("lingqu.citizen.urls")),
    path("enterprise/", include("lingqu.enterprise.urls")),
    path("operations/", include("lingqu.operations.urls")),
    path("stewardship/design/", include("lingqu.blueprint.design.urls")),
    path("stewardship/", include("lingqu.stewardship.urls")),
    path("subscriptions/", include("lingqu.protocols.page_urls")),
    path("developers/", include("lingqu.protocols.portal_urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("", include("allauth.idp.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.page),
]
handler400 = "lingqu.ui.faults.bad_request"
handler403 = "lingqu.ui.faults.forbidden"
handler404 = "lingqu.ui.faults.not_found"
handler500 = "lingqu.ui.faults.broken"
