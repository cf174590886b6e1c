from django.contrib.admin import apps as admin

from accounts import declarations
from cs_platform.personal_data import PERSONAL_DATA


class PlatformConfig(declarations.PlatformApp):
    name = "cs_platform"
    personal_data = PERSONAL_DATA
    addresses = {"accounts.Account": "/accounts/{}/"}
    default = True

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
