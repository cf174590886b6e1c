"""Looks at readiness for an expansion that pages show."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from health.models import ReadinessLook

# An older look says nothing of today.
LASTS = timedelta(days=14)


def latest_look_day(*, today: date) -> date | None:
    # Uses index: readiness_look_day
    found: date | None = ReadinessLook.objects.filter(day__lte=today).aggregate(latest=Max("day"))[
        "latest"
    ]
    return found


def look_at_account(*, account_id: int, today: date) -> ReadinessLook | None:
    """The latest of an account; None where there is none of these two weeks."""
    # Uses index: readiness_look_once_a_week
    looks = ReadinessLook.objects.filter(account=account_id, day__range=(today - LASTS, today))
    return looks.order_by("-day").first()
