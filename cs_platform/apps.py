from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "cs_platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cs_platform import (  # noqa: PLC0415 -- once apps are loaded
            checks,  # noqa: F401 -- registers its checks
            deployment,  # noqa: F401 -- registers its checks
            logs,
            routes,
        )

        logs.address_words = routes.address_words
