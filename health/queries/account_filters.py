"""What the portfolio filters by, as conditions on accounts; a saved view keeps the same words.

`chosen` holds them as the address does: q, segment, risk, owner, renewal and band, each empty
where nothing is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Account
from health.scoring import UNSCORED

FILTERS = ("q", "segment", "risk", "owner", "renewal", "band")


def filtered(
    accounts: QuerySet[Account], *, chosen: Mapping[str, Any], today: date
) -> QuerySet[Account]:
    """By everything but the band, which has its own counts."""
    if chosen.get("q"):
        accounts = accounts.filter(name__icontains=chosen["q"])
    if chosen.get("segment"):
        accounts = accounts.filter(segment=chosen["segment"])
    if chosen.get("risk"):
        accounts = accounts.filter(health__at_risk=True)
    if chosen.get("owner"):
        accounts = accounts.filter(owner=chosen["owner"])
    if chosen.get("renewal") == "overdue":
        accounts = accounts.filter(renews_on__lt=today)
    elif chosen.get("renewal"):
        end = today + timedelta(days=int(chosen["renewal"]))
        accounts = accounts.filter(renews_on__range=(today, end))
    return accounts


def in_band(accounts: QuerySet[Account], *, band: str) -> QuerySet[Account]:
    if not band:
        return accounts
    if band == UNSCORED:
        return accounts.filter(Q(health__effective_band=UNSCORED) | Q(health__isnull=True))
    return accounts.filter(health__effective_band=band)
