"""The app of the admin; apart from its site, which asks for models that are loaded after it."""

from django.contrib.admin.apps import AdminConfig


class PlatformAdminConfig(AdminConfig):
    default_site = "cs_platform.admin_site.PlatformAdminSite"
