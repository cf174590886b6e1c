"""Every address of the platform. Account ids in addresses keep to a safe alphabet."""

from allauth.account.views import LoginView, LogoutView
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.access import Right, requires
from cs_platform import probes
from cs_platform.pages import home

handler500 = "cs_platform.middleware.server_error"

# One log-in for all rooms: anonymous people go to /login/, others without the right get a 403.
admin.site.login = requires(Right.ADMINISTER)(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("login/", LoginView.as_view(template_name="account/login.html"), name="login"),
    path("logout/", requires(Right.SIGNED_IN)(LogoutView.as_view()), name="logout"),
    path("auth/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("auth/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
