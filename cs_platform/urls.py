"""Every address of the platform. Account ids in addresses keep to a safe alphabet."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from cs_platform import probes

handler500 = "cs_platform.middleware.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
