"""What Today's queue is made of: an item, how urgent it is, and what there is to lose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop

from accounts.money.rates import DayRates
from health.scoring import UNSCORED
from metrics.retention.forecast import Chances
from playbooks.pages.tasks.queries import TaskRow

READ_AT_MOST = 40  # of each kind
RENEWAL_DAYS = 30


class AccountShown(NamedTuple):
    """What an item shows of its account and its health. A tuple: a manager's book has thousands."""

    id: int
    external_id: str
    name: str
    arr_minor: int
    currency: str
    renews_on: date | None
    owner: str | None
    score: Decimal | None
    band: str | None
    """None where it was never scored."""
    at_risk: bool | None = None
    decides_on: date | None = None
    """When its renewal is decided, where notice makes that another day than the end."""
    renews_arr_minor: int = 0
    """ARR of the terms that end on `renews_on`."""

    @property
    def decided_by(self) -> date | None:
        return self.decides_on or self.renews_on


# The same in SQL, in that order, and the tables it comes from.
SHOWN = ", ".join(
    (
        "a.id",
        "a.external_id",
        "a.name",
        "a.arr_minor",
        "a.currency",
        "a.renews_on",
        "u.name",
        "h.score",
        "h.effective_band",
        "h.at_risk",
        "a.decides_on",
        "a.renews_arr_minor",
    )
)
SHOWN_OF = """accounts_account a LEFT JOIN accounts_user u ON u.id = a.owner_id
        LEFT JOIN health_currenthealth h ON h.account_id = a.id"""


class Urgency(IntEnum):
    """The order of the queue; within one, what there is to lose decides."""

    AT_RISK_TASK = 1
    AT_RISK_NO_TASK = 2
    OVERDUE = 3
    DUE = 4
    RENEWAL = 5
    FOLLOW_UP = 6
    SOON = 7


_WORDS = {
    Urgency.AT_RISK_TASK: (gettext_noop("Risk"), "octagon-alert", "is-intervene"),
    Urgency.AT_RISK_NO_TASK: (gettext_noop("Risk"), "octagon-alert", "is-intervene"),
    Urgency.OVERDUE: (gettext_noop("Overdue"), "clock", "is-watch"),
    Urgency.DUE: (gettext_noop("Due today"), "circle-check", ""),
    Urgency.RENEWAL: (gettext_noop("Renewal"), "repeat", ""),
    Urgency.FOLLOW_UP: (gettext_noop("Follow-up"), "corner-down-left", ""),
    Urgency.SOON: (gettext_noop("Coming up"), "calendar", ""),
}


@dataclass(frozen=True, slots=True)
class QueueItem:
    key: str
    urgency: Urgency
    title: str
    why: str
    external_id: str
    account: str
    band: str
    arr_minor: int
    currency: str
    at_stake: float
    renews_on: date | None = None
    """Where it is near: whatever leads to the account says so."""
    renews_arr_minor: int = 0
    task: TaskRow | None = None
    owner: str = ""
    """Of an account without a task; a task names its own."""

    @property
    def word(self) -> str:
        return gettext(_WORDS[self.urgency][0])

    @property
    def icon(self) -> str:
        return _WORDS[self.urgency][1]

    @property
    def tone(self) -> str:
        return _WORDS[self.urgency][2]


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is lost where nobody acts: ARR in the installation's currency × the chance of it."""

    rates: DayRates
    chances: Chances

    def of(self, account: AccountShown, urgency: Urgency) -> float:
        """What leads to a renewal alone has that to lose."""
        is_renewal = urgency is Urgency.RENEWAL
        native = account.renews_arr_minor if is_renewal else account.arr_minor
        arr = self.rates.convert(native, account.currency) or 0
        return arr * float(1 - self.chances.chance(account.score))


def renews_soon(decided_by: date | None, *, today: date) -> bool:
    """By the day on which the renewal is decided."""
    return decided_by is not None and today <= decided_by <= today + timedelta(days=RENEWAL_DAYS)


def make_item(
    account: AccountShown,
    urgency: Urgency,
    *,
    title: str,
    why: str,
    stakes: Stakes,
    today: date,
    key: str = "",
    task: TaskRow | None = None,
) -> QueueItem:
    return QueueItem(
        key=key or f"{urgency.name.lower()}-{account.id}",
        urgency=urgency,
        title=title,
        why=why,
        external_id=account.external_id,
        account=account.name,
        band=account.band or UNSCORED,
        arr_minor=account.arr_minor,
        currency=account.currency,
        at_stake=stakes.of(account, urgency),
        renews_on=account.renews_on if renews_soon(account.decided_by, today=today) else None,
        renews_arr_minor=account.renews_arr_minor,
        task=task,
        owner=(account.owner or "") if task is None else "",
    )
