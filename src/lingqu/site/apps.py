from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "lingqu.site"
    label = "lingqu_site"
    default_auto_field = "django.db.models.BigAutoField"
