from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "lingqu.citizen"
    label = "lingqu_citizen"
    default_auto_field = "django.db.models.BigAutoField"
