from django.apps import AppConfig
from django.contrib.admin import apps as admin


class PlatformConfig(AppConfig):
    name = "cs_platform"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cs_platform.runtime import (  # noqa: PLC0415 -- once apps are loaded
            checks,  # noqa: F401 -- registers its checks
            deployment,  # noqa: F401 -- registers its checks
            logs,
            routes,
        )

        logs.address_words = routes.address_words


class PlatformAdminConfig(admin.AdminConfig):
    default = False
    default_site = "cs_platform.pages.admin_site.PlatformAdminSite"
