"""What moved in a book since yesterday: bands, plays, revenue, news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext

from accounts.calendar import BusinessCalendar
from accounts.catalogue import label
from accounts.models.scope import any_of_sql
from accounts.ui import formats
from accounts.ui.bands import band_look
from cs_platform.pages.today.portfolio import Portfolio
from health.pages.labels import band_change

SHOWN_AT_MOST = 8
# What is booked later than this after its day is history that was imported: nothing moved.
BOOKED_LATE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Move:
    external_id: str
    account: str
    icon: str
    tone: str
    words: str
    note: str = ""


# The four kinds in one statement, because most of what each costs is to be planned and sent. The
# movements of an account are one sum.
# Uses index: crossing_day, event_account_kind, movement_recorded,
# play_of_account or play_latest_end
_MOVED = """
    SELECT kind, a.external_id, a.name, told_1, told_2, told_3, told_4 FROM (
    (SELECT 1, row_number() OVER (ORDER BY direction, day DESC, id DESC) AS place, account_id,
        from_band, to_band, score_before, score_after
    FROM health_thresholdcrossing
    WHERE account_id = {book} AND day >= %s AND subject = 'score' AND kind = 'band'
        AND cause = 'moved'
    ORDER BY place LIMIT {limit})
    UNION ALL
    (SELECT 2, row_number() OVER (ORDER BY learned_at DESC, id DESC) AS place, account_id,
        (SELECT name FROM accounts_businesseventkind k WHERE k.key = kind), note, NULL, NULL
    FROM accounts_businessevent WHERE account_id = {book} AND learned_at >= %s
    ORDER BY place LIMIT {limit})
    UNION ALL
    (SELECT 3, row_number() OVER (ORDER BY max(recorded_at) DESC, max(id) DESC) AS place,
        account_id, CASE WHEN count(DISTINCT shown) = 1 THEN min(shown)
            WHEN sum(amount_minor) > 0 AND bool_or(shown = 'new') THEN 'new'
            WHEN sum(amount_minor) < 0 AND bool_or(shown = 'churn') THEN 'churn'
            WHEN sum(amount_minor) > 0 THEN 'expansion' ELSE 'contraction' END,
        currency, sum(amount_minor), NULL
    FROM (SELECT *, CASE WHEN corrects_id IS NULL THEN kind ELSE 'correction' END AS shown
        FROM accounts_revenuemovement WHERE account_id = {book} AND recorded_at >= %s) m
    WHERE effective_on >= %s
    GROUP BY account_id, currency HAVING sum(amount_minor) <> 0
    ORDER BY place LIMIT {limit})
    UNION ALL
    (SELECT 4, row_number() OVER (ORDER BY p.closed_at DESC, p.id DESC) AS place, p.account_id,
        p.outcome, b.name, NULL, NULL
    FROM playbooks_play p JOIN playbooks_playbook b ON b.id = p.playbook_id
    WHERE p.account_id = {book} AND p.state = 'closed' AND p.closed_at >= %s
    ORDER BY place LIMIT {limit})
    ) moved (kind, place, account_id, told_1, told_2, told_3, told_4)
        JOIN accounts_account a ON a.id = account_id
    ORDER BY kind, place
"""


def moves_since_yesterday(
    book: Portfolio, *, today: date, calendar: BusinessCalendar
) -> list[Move]:
    """Since the working day before began: a Monday shows Friday and the weekend."""
    begun = calendar.shift(today, -1)
    since = calendar.start_of(begun)
    keys, values = any_of_sql(book.keys)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVED.format(book=keys, limit=SHOWN_AT_MOST),
            [
                *(*values, begun),
                *(*values, since),
                *(*values, since, begun - BOOKED_LATE),
                *(*values, since),
            ],
        )
        return [
            Move(external_id, account, *_SHOWN[kind](*told))
            for kind, external_id, account, *told in cursor.fetchall()
        ]


_Shown = tuple[str, str, str, str]  # icon, tone, words and note of a Move


def _crossing_shown(before: str, after: str, score_before: Decimal, score_after: Decimal) -> _Shown:
    look = band_look(after)
    note = gettext("%(before)s to %(after)s") % {
        "before": formats.score(score_before),
        "after": formats.score(score_after),
    }
    return look.icon, f"is-{look.tone}", band_change(before, after), note


def _news_shown(kind: str, note: str, *_nothing: None) -> _Shown:
    return "flag", "", kind, note


def _revenue_shown(kind: str, currency: str, amount: Decimal, _nothing: None) -> _Shown:
    icon, tone = ("trending-up", "is-healthy") if amount > 0 else ("trending-down", "is-intervene")
    return icon, tone, f"{label(kind)} {formats.money_signed(int(amount), currency)} ARR", ""


def _ended_play(outcome: str | None, playbook: str, *_nothing: None) -> _Shown:
    tone = "is-healthy" if outcome in ("recovered", "completed") else ""
    return (
        "play",
        tone,
        gettext("Play %(outcome)s: %(playbook)s")
        % {"outcome": label(outcome or "").lower(), "playbook": playbook},
        "",
    )


_SHOWN: dict[int, Callable[..., _Shown]] = {
    1: _crossing_shown,
    2: _news_shown,
    3: _revenue_shown,
    4: _ended_play,
}
