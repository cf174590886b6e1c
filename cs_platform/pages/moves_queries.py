"""What moved in a book since yesterday: bands, plays, revenue, news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.catalogue import label
from accounts.models import BusinessEvent, RevenueMovement
from accounts.models.scope import AnyOf, Keys
from cs_platform import formats
from cs_platform.pages.own_book import Book
from cs_platform.pages.timeline_queries import band_change
from cs_platform.templatetags.cs import band_look
from health.models import ThresholdCrossing
from health.scoring import Cause
from playbooks.models import Play
from playbooks.triggers.vocabulary import PlayState

SHOWN_AT_MOST = 8
MONDAY, SUNDAY = 0, 6


@dataclass(frozen=True, slots=True)
class Move:
    external_id: str
    account: str
    icon: str
    tone: str
    words: str
    note: str = ""


def moves_since_yesterday(book: Book, *, today: date, zone: ZoneInfo) -> list[Move]:
    """Since the working day before began: a Monday shows Friday and the weekend."""
    begun = today - timedelta(days={MONDAY: 3, SUNDAY: 2}.get(today.weekday(), 1))
    since = datetime.combine(begun, time(), tzinfo=zone)
    found = [
        *_crossings(book.keys, begun),
        *_news(book.keys, since),
        *_revenue(book.keys, since),
        *_ended_plays(book.keys, since),
    ]
    accounts = book.shown([account for account, _ in found])
    return [
        Move(accounts[account].external_id, accounts[account].name, *shown)
        for account, shown in found
    ]


# Account id; icon, tone, words and note of the Move.
_Found = list[tuple[int, tuple[str, str, str, str]]]


def _crossings(accounts: Keys, begun: date) -> _Found:
    found = ThresholdCrossing.objects.filter(
        AnyOf("account", accounts),
        day__gte=begun,
        subject="score",
        kind=ThresholdCrossing.Kind.BAND,
        cause=Cause.MOVED,
    )
    rows = found.order_by("direction", "-day", "-pk").values_list(
        "account", "from_band", "to_band", "score_before", "score_after"
    )
    return [
        (
            account,
            (
                band_look(to_band).icon,
                f"is-{band_look(to_band).tone}",
                band_change(from_band, to_band),
                f"{formats.score(before)} to {formats.score(after)}",
            ),
        )
        for account, from_band, to_band, before, after in rows[:SHOWN_AT_MOST]
    ]


def _news(accounts: Keys, since: datetime) -> _Found:
    found = BusinessEvent.objects.filter(AnyOf("account", accounts), learned_at__gte=since)
    rows = found.order_by("-learned_at", "-pk").values_list("account", "kind", "note")
    return [
        (account, ("flag", "", label(kind), note)) for account, kind, note in rows[:SHOWN_AT_MOST]
    ]


def _revenue(accounts: Keys, since: datetime) -> _Found:
    found = RevenueMovement.objects.filter(AnyOf("account", accounts), recorded_at__gte=since)
    rows = found.order_by("-recorded_at", "-pk").values_list(
        "account", "kind", "amount_minor", "currency"
    )
    return [
        (
            account,
            (
                "trending-up" if amount > 0 else "trending-down",
                "is-healthy" if amount > 0 else "is-intervene",
                f"{label(kind)} {formats.money_signed(amount, currency)} ARR",
                "",
            ),
        )
        for account, kind, amount, currency in rows[:SHOWN_AT_MOST]
    ]


def _ended_plays(accounts: Keys, since: datetime) -> _Found:
    found = Play.objects.filter(
        AnyOf("account", accounts), state=PlayState.CLOSED, closed_at__gte=since
    )
    rows = found.order_by("-closed_at", "-pk").values_list("account", "outcome", "playbook__name")
    return [
        (
            account,
            (
                "play",
                "is-healthy" if outcome in ("recovered", "completed") else "",
                f"Play {label(outcome or '').lower()}: {playbook}",
                "",
            ),
        )
        for account, outcome, playbook in rows[:SHOWN_AT_MOST]
    ]
