from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lingqu.centre.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lingqu.centre.access import own_acts

        own_acts.register_all()
