from django.apps import AppConfig


class EnterpriseConfig(AppConfig):
    name = "lingqu.enterprise"
    label = "lingqu_enterprise"
    default_auto_field = "django.db.models.BigAutoField"
