"""What changed in the seven days up to a moment: revenue, bands, plays, renewals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from accounts.models import Installation
from accounts.money.sql import RATES, converted
from metrics.facts.chunks import in_chunks
from metrics.facts.renewals import RenewalsDue
from metrics.facts.report_date import ReportDate, paid
from metrics.facts.scope import ReportScope
from metrics.retention.forecast import Chances
from metrics.retention.renewals import WON, RenewalState
from metrics.retention.windows import Window

DAYS = 7
_SIGNED_AHEAD = timedelta(days=1_100)


class NewsKind(StrEnum):
    """The kinds of news, good ones before bad ones of the same kind."""

    GAINED = "gained"
    LOST = "lost"
    ROSE = "rose"
    FELL = "fell"
    STARTED = "started"
    RECOVERED = "recovered"
    RENEWED = "renewed"
    NOT_RENEWED = "not_renewed"


@dataclass(frozen=True, slots=True)
class ChangeTotal:
    """`count` rows of the list; `amount` in minor units: signed movements, else the ARR it is
    about."""

    change: NewsKind
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """`what` and `detail` are stored words: a kind of movement, two bands, a playbook's name;
    `without_rate` are currencies of amounts that are not in `amount`; the scores are those around
    a change of band."""

    external_id: str
    name: str
    day: date
    what: str
    detail: str
    amount: int
    without_rate: str
    owner: str
    score_before: Decimal | None = None
    score_after: Decimal | None = None


# Each: account_id, happened, change, what, detail, amount (NULL: the account's ARR), without_rate,
# score_before, score_after.
# Uses index: movement_day.
_MOVEMENTS = f"""
    SELECT m.account_id, m.effective_on AS happened,
        CASE WHEN m.amount_minor > 0 THEN 'gained' ELSE 'lost' END AS change,
        m.kind AS what, m.reason AS detail, {converted("m.amount_minor")} AS amount,
        CASE WHEN r.rate IS NULL THEN m.currency END AS without_rate,
        NULL::numeric AS score_before, NULL::numeric AS score_after
    FROM accounts_revenuemovement m LEFT JOIN {RATES} ON r.currency = m.currency
    WHERE m.effective_on > %(after)s AND m.effective_on <= %(day)s AND {{scope}}
"""  # noqa: S608 -- constant expressions, no input
# From the band before the week to the one after it: up and down again is no news.
# Uses index: crossing_written_once or crossing_day.
_CROSSINGS = """
    SELECT x.account_id, x.happened,
        CASE WHEN x.score_after > x.score_before THEN 'rose' ELSE 'fell' END AS change,
        x.from_band AS what, x.to_band AS detail, NULL::bigint AS amount,
        NULL::varchar AS without_rate, x.score_before, x.score_after
    FROM (
        SELECT account_id, max(day) AS happened,
            (array_agg(from_band ORDER BY day, seq))[1] AS from_band,
            (array_agg(to_band ORDER BY day DESC, seq DESC))[1] AS to_band,
            (array_agg(score_before ORDER BY day, seq))[1] AS score_before,
            (array_agg(score_after ORDER BY day DESC, seq DESC))[1] AS score_after
        FROM health_thresholdcrossing
        WHERE day > %(after)s AND day <= %(day)s AND subject = 'score' AND kind = 'band'
            AND cause = 'moved' AND {scope}
        GROUP BY account_id
    ) x
    WHERE x.from_band <> x.to_band AND x.score_after <> x.score_before
"""
# Uses index: play_cap.
_STARTED = """
    SELECT y.account_id, y.opened_day AS happened, 'started' AS change, b.name AS what,
        '' AS detail, NULL::bigint AS amount, NULL::varchar AS without_rate,
        NULL::numeric AS score_before, NULL::numeric AS score_after
    FROM playbooks_play y JOIN playbooks_playbook b ON b.id = y.playbook_id
    WHERE y.opened_day > %(after)s AND y.opened_day <= %(day)s AND {scope}
"""
# Uses index: play_recovered.
_RECOVERED = """
    SELECT y.account_id, (y.closed_at AT TIME ZONE %(zone)s)::date AS happened,
        'recovered' AS change, b.name AS what, '' AS detail, NULL::bigint AS amount,
        NULL::varchar AS without_rate, NULL::numeric AS score_before,
        NULL::numeric AS score_after
    FROM playbooks_play y JOIN playbooks_playbook b ON b.id = y.playbook_id
    WHERE y.outcome = 'recovered'
        AND y.closed_at >= (%(after)s::date + 1)::timestamp AT TIME ZONE %(zone)s
        AND y.closed_at < (%(day)s::date + 1)::timestamp AT TIME ZONE %(zone)s AND {scope}
"""
# Contracts of which a renewal may have been decided in the week: its source closed it, or its end
# or its grace fell into it. The window starts a grace before the week.
_DECIDED = """
    (c.closed_on > %(after)s::date + %(grace)s AND c.closed_on <= %(day)s
        OR LEAST(c.ends_on, c.cancelled_on) > %(after)s
        AND LEAST(c.ends_on, c.cancelled_on) <= %(day)s)
"""
_WEIGHED = """
    WITH news AS MATERIALIZED ({news})
    SELECT n.account_id, n.happened, n.change, n.what, n.detail,
        CASE WHEN n.without_rate IS NULL THEN coalesce(n.amount, p.arr, 0) ELSE 0 END AS amount,
        coalesce(n.without_rate, CASE WHEN n.amount IS NULL THEN p.without_rate END, '')
            AS without_rate, n.score_before, n.score_after
    FROM news n LEFT JOIN LATERAL ({paid}) p ON true
"""
_TOTALS = """
    SELECT change, count(*), coalesce(sum(amount), 0)::bigint
    FROM ({weighed}) weighed GROUP BY change
"""
_LIST = """
    SELECT a.external_id, a.name, w.happened, w.what, w.detail, w.amount, w.without_rate,
        coalesce(u.name, p.name, ''), w.score_before, w.score_after
    FROM (
        SELECT * FROM ({weighed}) weighed ORDER BY {order} {cut}
    ) w JOIN accounts_account a ON a.id = w.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    ORDER BY {order}
"""
_ORDER = "abs(amount) DESC, happened DESC, account_id, what, detail"


_RENEWAL_NEWS = dict.fromkeys(WON, NewsKind.RENEWED) | {RenewalState.LOST: NewsKind.NOT_RENEWED}


@dataclass(frozen=True, slots=True)
class WeekOfChanges:
    scope: ReportScope
    moment: ReportDate
    chances: Chances

    @property
    def window(self) -> Window:
        return Window(start=self.moment.day - timedelta(days=DAYS), end=self.moment.day)

    def totals(self) -> list[ChangeTotal]:
        """In the order of Change, those without anything left out."""
        found = self._counted_news()
        for change, news in self._decided_renewals().items():
            found[change] = (len(news), sum(row.amount for row in news))
        return [ChangeTotal(change, *found[change]) for change in NewsKind if change in found]

    def _counted_news(self) -> dict[NewsKind, tuple[int, int]]:
        """All news but renewals: how many, and what they add up to."""
        query, params = self._weighed_news_query(None)
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(weighed=query), params)
            rows = cursor.fetchall()
        return {NewsKind(change): (count, amount) for change, count, amount in rows}

    def rows(self, *, change: NewsKind, limit: int, offset: int) -> list[ChangeRow]:
        """The largest first."""
        if change in _RENEWAL_NEWS.values():
            return self._decided_renewals().get(change, [])[offset : offset + limit]
        query, params = self._list_query(change, cut="LIMIT %(limit)s OFFSET %(offset)s")
        with connection.cursor() as cursor:
            cursor.execute(query, {**params, "limit": limit, "offset": offset})
            return [ChangeRow(*row) for row in cursor.fetchall()]

    def all_rows(self, *, change: NewsKind) -> Iterator[ChangeRow]:
        if change in _RENEWAL_NEWS.values():
            return iter(self._decided_renewals().get(change, []))
        return (ChangeRow(*row) for row in in_chunks(*self._list_query(change, cut="")))

    def _decided_renewals(self) -> dict[NewsKind, list[ChangeRow]]:
        """Renewals that were decided in the week, by their money: what renewed itself is no
        news."""
        found: dict[NewsKind, list[ChangeRow]] = {}
        grace = timedelta(days=Installation.current().overdue_grace_days)
        due = RenewalsDue(
            scope=self.scope,
            moment=self.moment,
            window=Window(start=self.window.start - grace, end=self.moment.day + _SIGNED_AHEAD),
            chances=self.chances,
            chosen=_DECIDED,
        )
        for row in due.rows():
            change = _RENEWAL_NEWS.get(row.state)
            decided_on = row.decided_on
            if change is None or decided_on is None or decided_on <= self.window.start:
                continue
            found.setdefault(change, []).append(
                ChangeRow(
                    external_id=row.external_id,
                    name=row.name,
                    day=decided_on,
                    what=row.contract,
                    detail=row.state,
                    amount=row.arr,
                    without_rate=row.without_rate,
                    owner=row.owner,
                )
            )
        for news in found.values():
            news.sort(key=lambda row: (-row.amount, -row.day.toordinal(), row.what))
        return found

    def _list_query(self, change: NewsKind, *, cut: str) -> tuple[str, dict[str, Any]]:
        query, params = self._weighed_news_query(change)
        return _LIST.format(weighed=query, order=_ORDER, cut=cut), params

    def _weighed_news_query(self, change: NewsKind | None) -> tuple[str, dict[str, Any]]:
        chosen = [
            source for kinds, source in self._news_sources() if change is None or change in kinds
        ]
        news = " UNION ALL ".join(chosen)
        if change is not None:
            news = f"SELECT * FROM ({news}) source WHERE change = %(change)s"  # noqa: S608
        params = {**self.moment.params(), "after": self.window.start, "change": change}
        return _WEIGHED.format(news=news, paid=paid(self.moment, chosen=_of_the_news)), params

    def _news_sources(self) -> list[tuple[set[NewsKind], str]]:
        whose = self.scope.of_column
        booked = self.scope.condition(account="m.account_id", learned="m.recorded_at")
        return [
            ({NewsKind.GAINED, NewsKind.LOST}, _MOVEMENTS.format(scope=booked)),
            ({NewsKind.ROSE, NewsKind.FELL}, _CROSSINGS.format(scope=whose("account_id"))),
            ({NewsKind.STARTED}, _STARTED.format(scope=whose("y.account_id"))),
            ({NewsKind.RECOVERED}, _RECOVERED.format(scope=whose("y.account_id"))),
        ]


def _of_the_news(account: str) -> str:
    """Looked up for each row that has no amount of its own."""
    return f"n.amount IS NULL AND {account} = n.account_id"
