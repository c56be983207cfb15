from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "lingqu.operations"
    label = "lingqu_operations"
    default_auto_field = "django.db.models.BigAutoField"
