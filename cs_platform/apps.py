from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "cs_platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cs_platform import checks, deployment  # noqa: F401, PLC0415 -- register once apps are loaded
