from django.apps import AppConfig


class FusionConfig(AppConfig):
    name = "lingqu.centre.fusion"
    label = "fusion"
    default_auto_field = "django.db.models.BigAutoField"
