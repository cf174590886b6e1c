"""What moved in a book since yesterday: bands, plays, revenue, news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.catalogue import label
from accounts.models import BusinessEvent, RevenueMovement
from accounts.models.scope import AnyOf, Keys
from cs_platform import formats
from cs_platform.pages.timeline_queries import band_change
from cs_platform.templatetags.cs import band_look
from health.models import ThresholdCrossing
from health.scoring import Cause
from playbooks.models import Play
from playbooks.triggers.vocabulary import PlayState

SHOWN_AT_MOST = 8
_NAMED = ("account__external_id", "account__name")
MONDAY, SUNDAY = 0, 6


@dataclass(frozen=True, slots=True)
class Move:
    external_id: str
    account: str
    icon: str
    tone: str
    words: str
    note: str = ""


def moves_since_yesterday(accounts: Keys, *, today: date, zone: ZoneInfo) -> list[Move]:
    """Since the working day before began: a Monday shows Friday and the weekend."""
    begun = today - timedelta(days={MONDAY: 3, SUNDAY: 2}.get(today.weekday(), 1))
    since = datetime.combine(begun, time(), tzinfo=zone)
    return [
        *_crossings(accounts, begun),
        *_news(accounts, since),
        *_revenue(accounts, since),
        *_ended_plays(accounts, since),
    ]


def _crossings(accounts: Keys, begun: date) -> list[Move]:
    found = ThresholdCrossing.objects.filter(
        AnyOf("account", accounts),
        day__gte=begun,
        subject="score",
        kind=ThresholdCrossing.Kind.BAND,
        cause=Cause.MOVED,
    )
    rows = found.order_by("direction", "-day", "-pk").values_list(
        *_NAMED, "from_band", "to_band", "score_before", "score_after"
    )
    return [
        Move(
            external_id=external_id,
            account=account,
            icon=band_look(to_band).icon,
            tone=f"is-{band_look(to_band).tone}",
            words=band_change(from_band, to_band),
            note=f"{formats.score(before)} to {formats.score(after)}",
        )
        for external_id, account, from_band, to_band, before, after in rows[:SHOWN_AT_MOST]
    ]


def _news(accounts: Keys, since: datetime) -> list[Move]:
    found = BusinessEvent.objects.filter(AnyOf("account", accounts), learned_at__gte=since)
    rows = found.order_by("-learned_at", "-pk").values_list(*_NAMED, "kind", "note")
    return [
        Move(external_id, account, "flag", "", label(kind), note)
        for external_id, account, kind, note in rows[:SHOWN_AT_MOST]
    ]


def _revenue(accounts: Keys, since: datetime) -> list[Move]:
    found = RevenueMovement.objects.filter(AnyOf("account", accounts), recorded_at__gte=since)
    rows = found.order_by("-recorded_at", "-pk").values_list(
        *_NAMED, "kind", "amount_minor", "currency"
    )
    return [
        Move(
            external_id=external_id,
            account=account,
            icon="trending-up" if amount > 0 else "trending-down",
            tone="is-healthy" if amount > 0 else "is-intervene",
            words=f"{label(kind)} {formats.money_signed(amount, currency)} ARR",
        )
        for external_id, account, kind, amount, currency in rows[:SHOWN_AT_MOST]
    ]


def _ended_plays(accounts: Keys, since: datetime) -> list[Move]:
    found = Play.objects.filter(
        AnyOf("account", accounts), state=PlayState.CLOSED, closed_at__gte=since
    )
    rows = found.order_by("-closed_at", "-pk").values_list(*_NAMED, "outcome", "playbook__name")
    return [
        Move(
            external_id=external_id,
            account=account,
            icon="play",
            tone="is-healthy" if outcome in ("recovered", "completed") else "",
            words=f"Play {label(outcome or '').lower()}: {playbook}",
        )
        for external_id, account, outcome, playbook in rows[:SHOWN_AT_MOST]
    ]
