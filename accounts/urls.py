"""Addresses of the machine API."""

from django.urls import path, re_path

from accounts.access import Right, requires
from accounts.api.bulk import BulkView
from accounts.api.imports import ImportView
from accounts.api.not_found import NowhereView

urlpatterns = [
    path("bulk/<slug:kind>/", BulkView.as_view(), name="api_bulk"),
    path("imports/<int:run_id>/", ImportView.as_view(), name="api_import"),
]

# After all others: machines get a problem to read, not a page.
nowhere = [re_path("", requires(Right.OPEN)(NowhereView.as_view()), name="api_nowhere")]
