"""What moved in a book since yesterday: bands, plays, revenue, news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.catalogue import label
from accounts.models import Account, BusinessEvent, RevenueMovement
from accounts.models.scope import AnyOf
from cs_platform import formats
from cs_platform.pages.timeline_queries import crossing_words
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


def moves_since_yesterday(book: QuerySet[Account], *, today: date, zone: ZoneInfo) -> list[Move]:
    """Since the working day before began: a Monday shows Friday and the weekend."""
    begun = today - timedelta(days={MONDAY: 3, SUNDAY: 2}.get(today.weekday(), 1))
    since = datetime.combine(begun, time(), tzinfo=zone)
    return [
        *_crossings(book, begun),
        *_news(book, since),
        *_revenue(book, since),
        *_ended_plays(book, since),
    ]


def _crossings(book: QuerySet[Account], begun: date) -> list[Move]:
    found = ThresholdCrossing.objects.filter(
        AnyOf("account", book.values("pk")),
        day__gte=begun,
        subject="score",
        kind=ThresholdCrossing.Kind.BAND,
        cause=Cause.MOVED,
    )
    return [
        Move(
            external_id=row.account.external_id,
            account=row.account.name,
            icon=band_look(row.to_band).icon,
            tone=f"is-{band_look(row.to_band).tone}",
            words=crossing_words(row),
            note=f"{formats.score(row.score_before)} to {formats.score(row.score_after)}",
        )
        for row in found.select_related("account")
        .only("cause", "from_band", "to_band", "score_before", "score_after", *_NAMED)
        .order_by("direction", "-day", "-pk")[:SHOWN_AT_MOST]
    ]


def _news(book: QuerySet[Account], since: datetime) -> list[Move]:
    found = BusinessEvent.objects.filter(AnyOf("account", book.values("pk")), learned_at__gte=since)
    return [
        Move(row.account.external_id, row.account.name, "flag", "", label(row.kind), row.note)
        for row in found.select_related("account")
        .only("kind", "note", *_NAMED)
        .order_by("-learned_at", "-pk")[:SHOWN_AT_MOST]
    ]


def _revenue(book: QuerySet[Account], since: datetime) -> list[Move]:
    found = RevenueMovement.objects.filter(
        AnyOf("account", book.values("pk")), recorded_at__gte=since
    )
    return [
        Move(
            external_id=row.account.external_id,
            account=row.account.name,
            icon="trending-up" if row.amount_minor > 0 else "trending-down",
            tone="is-healthy" if row.amount_minor > 0 else "is-intervene",
            words=f"{label(row.kind)} {formats.money_signed(row.amount_minor, row.currency)} ARR",
        )
        for row in found.select_related("account")
        .only("kind", "amount_minor", "currency", *_NAMED)
        .order_by("-recorded_at", "-pk")[:SHOWN_AT_MOST]
    ]


def _ended_plays(book: QuerySet[Account], since: datetime) -> list[Move]:
    found = Play.objects.filter(
        AnyOf("account", book.values("pk")), state=PlayState.CLOSED, closed_at__gte=since
    )
    return [
        Move(
            external_id=row.account.external_id,
            account=row.account.name,
            icon="play",
            tone="is-healthy" if row.outcome in ("recovered", "completed") else "",
            words=f"Play {label(row.outcome or '').lower()}: {row.playbook.name}",
        )
        for row in found.select_related("account", "playbook")
        .only("outcome", "playbook__name", *_NAMED)
        .order_by("-closed_at", "-pk")[:SHOWN_AT_MOST]
    ]
