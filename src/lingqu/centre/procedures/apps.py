from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "lingqu.centre.procedures"
    label = "procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lingqu.centre.procedures.actions import move_cases

        move_cases.register()
