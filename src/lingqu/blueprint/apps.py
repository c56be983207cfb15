from django.apps import AppConfig


class BlueprintConfig(AppConfig):
    name = "lingqu.blueprint"
    label = "blueprint"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lingqu.blueprint.drafts import publishing

        publishing.register()
