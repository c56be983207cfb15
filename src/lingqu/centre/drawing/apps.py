from django.apps import AppConfig


class DrawingConfig(AppConfig):
    name = "lingqu.centre.drawing"
    label = "drawing"
    default_auto_field = "django.db.models.BigAutoField"
