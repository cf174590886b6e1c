"""The weekly risk review: operations starts a play by hand where trouble goes on and none runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef

from accounts.catalogue import AccountStatus
from accounts.models import Account, User
from playbooks.engine.manual_start import start_play
from playbooks.models import Play

WEEKDAY, HOUR = 1, 10  # Tuesdays
STARTED_A_WEEK = 2
PLAYBOOK = "at_risk"
AGAIN_AFTER = timedelta(days=45)


def review_risks(*, day: date) -> int:
    """Takes the largest accounts in intervene that an owner has; how many plays it started."""
    if day.weekday() != WEEKDAY:
        return 0
    now = datetime.combine(day, time(HOUR), tzinfo=UTC)
    plays = Play.objects.filter(account=OuterRef("pk"))
    lately = plays.filter(playbook_key=PLAYBOOK, opened_at__gt=now - AGAIN_AFTER)
    troubled = Account.objects.filter(
        ~Exists(plays.filter(state="open")),
        ~Exists(lately),
        status=AccountStatus.ACTIVE,
        owner__isnull=False,
        health__effective_band="intervene",
    )
    by = User.objects.get(email="ops@demo.example")
    chosen = list(troubled.order_by("-arr_minor", "pk")[:STARTED_A_WEEK])
    for account in chosen:
        start_play(account=account, playbook_key=PLAYBOOK, by=by, now=now)
    return len(chosen)
