"""Addresses of the machine API."""

from django.urls import path

from accounts.api.bulk import BulkView

urlpatterns = [path("bulk/<slug:kind>/", BulkView.as_view(), name="api_bulk")]
