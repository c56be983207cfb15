from django.apps import AppConfig


class StewardshipConfig(AppConfig):
    name = "lingqu.stewardship"
    label = "lingqu_stewardship"
    default_auto_field = "django.db.models.BigAutoField"
