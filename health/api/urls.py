"""Addresses of health in the machine API."""

from django.urls import path

from health.api.scorecard_views import ScorecardsView, ScorecardView, WhatIfView
from health.api.views import (
    CrossingsView,
    ExplanationView,
    HealthHistoryView,
    HealthsView,
    HealthView,
    MoversView,
)

urlpatterns = [
    path("health/", HealthsView.as_view(), name="api_health"),
    path("health/movers/", MoversView.as_view(), name="api_health_movers"),
    path("accounts/<str:external_id>/health/", HealthView.as_view(), name="api_account_health"),
    path(
        "accounts/<str:external_id>/health/history/",
        HealthHistoryView.as_view(),
        name="api_account_health_history",
    ),
    path(
        "accounts/<str:external_id>/health/explain/",
        ExplanationView.as_view(),
        name="api_account_health_explain",
    ),
    path(
        "accounts/<str:external_id>/health/what_if/",
        WhatIfView.as_view(),
        name="api_account_health_what_if",
    ),
    path("crossings/", CrossingsView.as_view(), name="api_crossings"),
    path("scorecards/", ScorecardsView.as_view(), name="api_scorecards"),
    path("scorecards/<str:key>/", ScorecardView.as_view(), name="api_scorecard"),
]
