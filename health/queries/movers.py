"""Whose score moved within a number of days, from what the present state keeps of them."""

from __future__ import annotations

from django.db.models import F, QuerySet

from health.models import CurrentHealth

# The newest score is the last of 90.
_NEWEST = 89
MOST_DAYS = _NEWEST


def movers(rows: QuerySet[CurrentHealth], *, days: int, is_up: bool) -> QuerySet[CurrentHealth]:
    """The largest falls first, or rises: accounts with a score on the day of their present state
    and so many days before (1 to 89). `change` is the difference in hundredths of a point."""
    then = f"spark__{_NEWEST - days}"
    found = rows.filter(score__isnull=False, **{f"{then}__gte": 0})
    changed = found.annotate(change=F(f"spark__{_NEWEST}") - F(then))
    if is_up:
        return changed.filter(change__gt=0).order_by("-change", "pk")
    return changed.filter(change__lt=0).order_by("change", "pk")
