"""Contracts whose term ends in a window, what became of them by a day, and what is expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from accounts.money.sql import RATES, converted, rounded
from metrics.facts.reading import in_chunks
from metrics.facts.scope import ReportScope
from metrics.facts.standing import ReportDate, judged
from metrics.models import RenewalChance
from metrics.retention.forecast import STARTING_CHANCES, Chances
from metrics.retention.windows import Window


class RenewalState(StrEnum):
    RENEWED = "renewed"
    LOST = "lost"
    OPEN = "open"
    OVERDUE = "overdue"


UNDECIDED = (RenewalState.OPEN, RenewalState.OVERDUE)


@dataclass(frozen=True, slots=True)
class RenewalTotal:
    """ARR of the ending contracts in minor units of the reporting currency, and what of it is
    expected: all of it once renewed, nothing once lost."""

    state: RenewalState
    at_risk: bool
    contracts: int
    arr: int
    expected: int


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """`without_rate` is the contract's currency, where its ARR is in no sum."""

    external_id: str
    name: str
    contract: str
    ends_on: date
    state: RenewalState
    band: str
    score: Decimal | None
    chance: Decimal
    arr: int
    expected: int
    without_rate: str


@dataclass(frozen=True, slots=True)
class RenewalFilter:
    """None and False: every renewal due."""

    state: RenewalState | None = None
    at_risk: bool = False
    undecided: bool = False

    def keeps(self, total: RenewalTotal) -> bool:
        if self.state is not None and total.state is not self.state:
            return False
        if self.at_risk and not (total.at_risk and total.state in UNDECIDED):
            return False
        return not self.undecided or total.state in UNDECIDED


# A scan: a quarter is no small part of the contracts.
_DUE = f"""
    SELECT c.account_id, c.external_id AS contract, c.ends_on,
        coalesce(h.band, 'unscored') AS band, coalesce(h.at_risk, false) AS at_risk, h.score,
        CASE
            WHEN c.state = 'renewed' AND c.closed_on <= %(day)s THEN 'renewed'
            WHEN EXISTS (SELECT FROM accounts_contract n
                WHERE n.account_id = c.account_id AND n.renews = c.external_id
                    AND (n.learned_at AT TIME ZONE %(zone)s)::date <= %(day)s) THEN 'renewed'
            WHEN c.state IN ('cancelled', 'expired') AND c.closed_on <= %(day)s THEN 'lost'
            WHEN c.ends_on <= %(day)s THEN 'overdue'
            ELSE 'open'
        END AS state,
        CASE WHEN r.rate IS NULL AND c.arr_minor <> 0 THEN c.currency ELSE '' END AS without_rate,
        coalesce({converted("c.arr_minor")}, 0) AS arr
    FROM accounts_contract c
    LEFT JOIN ({{judged}}) h ON h.account_id = c.account_id
    LEFT JOIN {RATES} ON r.currency = c.currency
    WHERE c.ends_on > %(after)s AND c.ends_on <= %(until)s AND {{scope}}
"""  # noqa: S608 -- constant expressions, no input
_EXPECTED = f"""
    SELECT w.*, {rounded("w.arr * w.chance")} AS expected
    FROM (
        SELECT due.*, CASE state WHEN 'renewed' THEN 1 WHEN 'lost' THEN 0 ELSE {{chance}} END
            AS chance
        FROM ({{due}}) due
    ) w
"""  # noqa: S608 -- constant expressions, no input
_STORED = """
    SELECT d.account_id, d.contract, d.ends_on, d.band, d.at_risk, d.score, d.state,
        d.without_rate, d.arr_minor AS arr, d.chance,
        d.expected_minor AS expected
    FROM metrics_contractday d WHERE d.day = %(day)s AND {scope}
"""
_TOTALS = """
    SELECT state, at_risk, count(*), coalesce(sum(arr), 0)::bigint,
        coalesce(sum(expected), 0)::bigint
    FROM ({due}) due GROUP BY state, at_risk ORDER BY state, at_risk
"""
_LIST = """
    SELECT a.external_id, a.name, due.contract, due.ends_on, due.state, due.band, due.score,
        due.chance, due.arr, due.expected, due.without_rate
    FROM ({due}) due JOIN accounts_account a ON a.id = due.account_id
    WHERE {wanted}
    ORDER BY due.ends_on, due.arr DESC, due.contract
"""


def read_chances() -> Chances:
    """A table that was emptied as a whole (TRUNCATE) counts as never edited."""
    rows = list(RenewalChance.objects.values_list("lower", "chance"))
    return Chances.of(rows or STARTING_CHANCES)


@dataclass(frozen=True, slots=True)
class RenewalsDue:
    """Terms that end within the window, as things stood at the moment."""

    scope: ReportScope
    moment: ReportDate
    window: Window
    chances: Chances

    def query(self) -> tuple[str, dict[str, Any]]:
        """account_id, contract, ends_on, band, at_risk, score, state, arr, chance, expected …"""
        scope = self.scope.of_column
        if self.moment.is_stored:
            return _STORED.format(scope=scope("d.account_id")), self.moment.params()
        params = {
            **self.moment.params(),
            "after": self.window.start,
            "until": self.window.end,
            "unscored": self.chances.unscored,
        }
        steps = []
        for number, (lower, chance) in enumerate(self.chances.bounds):
            steps.append(f"WHEN score >= %(lower{number})s THEN %(chance{number})s")
            params |= {f"lower{number}": lower, f"chance{number}": chance}
        of_score = f"CASE WHEN score IS NULL THEN %(unscored)s {' '.join(steps)} END"
        due = _DUE.format(
            judged=judged(self.moment, chosen=_of_those_due), scope=scope("c.account_id")
        )
        return _EXPECTED.format(due=due, chance=of_score), params

    def totals(self) -> list[RenewalTotal]:
        due, params = self.query()
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(due=due), params)
            rows = cursor.fetchall()
        return [RenewalTotal(RenewalState(state), *rest) for state, *rest in rows]

    def contracts(self, *, wanted: RenewalFilter, limit: int, offset: int) -> list[RenewalRow]:
        """The earliest end first."""
        query, params = self._list(wanted)
        params |= {"limit": limit, "offset": offset}
        with connection.cursor() as cursor:
            cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s", params)
            return [RenewalRow(*row) for row in cursor.fetchall()]

    def all_contracts(self, *, wanted: RenewalFilter) -> Iterator[RenewalRow]:
        return (RenewalRow(*row) for row in in_chunks(*self._list(wanted)))

    def _list(self, wanted: RenewalFilter) -> tuple[str, dict[str, Any]]:
        due, params = self.query()
        parts = ["due.state = %(state)s"] if wanted.state else []
        parts += ["due.at_risk"] if wanted.at_risk else []
        if wanted.at_risk or wanted.undecided:
            parts.append("due.state IN ('open', 'overdue')")
        query = _LIST.format(due=due, wanted=" AND ".join(parts) or "true")
        return query, {**params, "state": wanted.state}


def _of_those_due(account: str) -> str:
    return (
        f"{account} IN (SELECT account_id FROM accounts_contract"  # noqa: S608 -- a column of ours
        " WHERE ends_on > %(after)s AND ends_on <= %(until)s)"
    )
