from __future__ import annotations

from django.urls import path

from lingqu.ui.cases import around, mine, supplement

app_name = "cases"
urlpatterns = [
    path("my/cases/", mine.listing, name="mine"),
    path("my/cases/<int:number>/", mine.one, name="one"),
    path("my/cases/<int:number>/forms/<str:code>/", mine.form, name="form"),
    path("my/cases/<int:number>/items/<int:item>/", supplement.page, name="supplement"),
    path("my/cases/<int:number>/files/", around.upload, name="upload"),
    path("my/cases/<int:number>/files/<int:file>/", around.download, name="file"),
    path("my/cases/<int:number>/files/<int:file>/withdraw/", around.withdraw, name="file_withdraw"),
    path("my/cases/<int:number>/appeal/", around.appeal, name="appeal"),
    path("my/cases/<int:number>/withdraw/", mine.withdraw, name="withdraw"),
]
