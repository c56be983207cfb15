from __future__ import annotations

from django.urls import path

from lingqu.ui.certificates import mine, public

app_name = "certificates"
urlpatterns = [
    path("certificates/", public.check, name="check"),
    path("certificates/root.pem", public.root, name="root"),
    path("certificates/status/<int:number>", public.status, name="status"),
    path("certificates/<str:number>/", public.one, name="one"),
    path("my/certificates/", mine.wallet, name="wallet"),
    path("my/certificates/<str:number>/", mine.show, name="mine"),
    path("my/certificates/<str:number>/pdf/", mine.file, name="file"),
]
