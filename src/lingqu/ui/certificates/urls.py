from __future__ import annotations

from django.urls import path

from lingqu.ui.certificates import issue, mine, public

app_name = "certificates"
urlpatterns = [
    path("certificates/", public.check, name="check"),
    path("certificates/root.pem", public.root, name="root"),
    path("certificates/status/<int:number>", public.status, name="status"),
    path("certificates/issue/", issue.window, name="window"),
    path("certificates/issue/<str:code>/", issue.one, name="issue"),
    path("certificates/<str:number>/", public.one, name="one"),
    path("certificates/<str:number>/revoke/", issue.revoke, name="revoke"),
    path("certificates/<str:number>/renew/", issue.renew, name="renew"),
    path("my/certificates/", mine.wallet, name="wallet"),
    path("my/certificates/<str:number>/", mine.show, name="mine"),
    path("my/certificates/<str:number>/pdf/", mine.file, name="file"),
]
