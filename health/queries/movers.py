"""Whose score moved within a number of days, from what the present state keeps of them."""

from __future__ import annotations

from django.db.models import F, QuerySet

from health.models import CurrentHealth

# The newest score is the last of 90.
_NEWEST = 89
MOST_DAYS = _NEWEST


def with_change(rows: QuerySet[CurrentHealth], *, days: int) -> QuerySet[CurrentHealth]:
    """Those with a score on the day of their present state and so many days before (1 to 89), with
    the `change` between the two in hundredths of a point."""
    then = f"spark__{_NEWEST - days}"
    found = rows.filter(score__isnull=False, **{f"{then}__gte": 0})
    return found.annotate(change=F(f"spark__{_NEWEST}") - F(then))
