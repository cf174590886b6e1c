from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "cs_platform"
    default_auto_field = "django.db.models.BigAutoField"
