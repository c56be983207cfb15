from django.apps import AppConfig


class ProtocolsConfig(AppConfig):
    name = "lingqu.protocols"
    label = "lingqu_protocols"
    default_auto_field = "django.db.models.BigAutoField"
