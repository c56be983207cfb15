from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "lingqu.ui"
    label = "lingqu_ui"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lingqu.ui.registers import big_exports

        big_exports.register()
