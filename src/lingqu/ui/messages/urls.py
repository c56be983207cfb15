from __future__ import annotations

from django.urls import path

from lingqu.ui.messages import inbox, settings

app_name = "messages"
urlpatterns = [
    path("my/messages/", inbox.page, name="list"),
    path("my/messages/read/", inbox.read_all, name="read_all"),
    path("my/messages/settings/", settings.page, name="settings"),
    path("my/messages/settings/<int:number>/again/", settings.again, name="again"),
    path("my/messages/confirm/<str:token>/", settings.confirm, name="confirm"),
    path("my/messages/<int:number>/", inbox.one, name="one"),
]
