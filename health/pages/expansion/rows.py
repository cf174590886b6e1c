"""A look at readiness as pages say it, and the list of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, gettext_noop, ngettext

from accounts.models import Account, User
from accounts.money.rates import DayRates
from accounts.money.sql import expression
from accounts.ui import formats
from health.models import LISTED, ReadinessLook
from health.queries.expansion_signs import FoundSign
from health.scoring.expansion_signs import ExpansionSign
from health.scoring.readiness import (
    CONVERSATIONS,
    FUNCTIONS,
    LOOKS,
    RECENT_WEEKS,
    STAKEHOLDERS,
    Readiness,
    growth,
)

PAGE_SIZE = 50
NEARLY = tuple(each for each in LISTED if each is not Readiness.READY)
READINESS_WORDS = {
    Readiness.READY: gettext_noop("Ready"),
    Readiness.CONVERSATIONS_FIRST: gettext_noop("Conversations first"),
    Readiness.STAKEHOLDERS_FIRST: gettext_noop("Stakeholders first"),
    Readiness.GROWING: gettext_noop("Growing"),
    Readiness.NOT_YET: gettext_noop("Not yet"),
    Readiness.UNKNOWN: gettext_noop("Not known"),
}
SIGN_WORDS = {
    ExpansionSign.LIMIT_NEAR: gettext_noop("Usage at 80 % of the limit"),
    ExpansionSign.SEATS_GREW: gettext_noop("More seats than 90 days ago"),
    ExpansionSign.NEW_USE_CASE: gettext_noop("A new use case"),
    ExpansionSign.NEW_DEPARTMENT: gettext_noop("A new department"),
    ExpansionSign.PROMOTER: gettext_noop("A promoter, and a score of 80 or more"),
    ExpansionSign.CHAMPION_PROMOTED: gettext_noop("The champion was promoted"),
    ExpansionSign.ANNIVERSARY: gettext_noop("Anniversary of the contract"),
    ExpansionSign.VALUE_ACHIEVED: gettext_noop("Value was achieved"),
    ExpansionSign.FIRST_VALUE_PRAISED: gettext_noop("Satisfied with the first value"),
    ExpansionSign.COMPANY_NEWS: gettext_noop("News of the company"),
}


@dataclass(frozen=True, slots=True)
class LookShown:
    """What one look says, in words; empty words are of what is there."""

    look: ReadinessLook

    @property
    def word(self) -> str:
        return gettext(READINESS_WORDS[Readiness(self.look.readiness)])

    @property
    def is_ready(self) -> bool:
        return self.look.readiness == Readiness.READY

    @property
    def growth(self) -> float | None:
        value = float(growth(np.array([self.look.weeks]))[0])
        return None if math.isnan(value) or self.look.looks_above is None else value

    @property
    def growth_shown(self) -> str:
        return "" if self.growth is None else f"{formats.signed(self.growth * 100)}%"

    @property
    def looks(self) -> str:
        if self.look.looks_above is None:
            return gettext("history too short: %(weeks)s of 16 weeks") % {
                "weeks": self.look.weeks_known
            }
        return gettext("%(above)s of %(needed)s looks") % {
            "above": self.look.looks_above,
            "needed": LOOKS,
        }

    @property
    def missing(self) -> list[str]:
        """What keeps it from being ready, each as a sentence's part."""
        parts = [self._missing_growth(), self._missing_talks(), self._missing_people()]
        return [part for part in parts if part]

    def _missing_growth(self) -> str:
        above = self.look.looks_above
        if above is None:
            return gettext("growth: %(looks)s") % {"looks": self.looks}
        if above == LOOKS:
            return ""
        return gettext("growth: above its baseline at %(looks)s") % {"looks": self.looks}

    def _missing_talks(self) -> str:
        count = self.look.conversations
        if count is None:
            return gettext("conversations: not known")
        if count >= CONVERSATIONS:
            return ""
        return gettext("conversations: %(count)s of %(needed)s in 90 days") % {
            "count": count,
            "needed": CONVERSATIONS,
        }

    def _missing_people(self) -> str:
        people, functions = self.look.stakeholders, self.look.functions
        if people is None or functions is None:
            return gettext("stakeholders: not known")
        if people >= STAKEHOLDERS and functions >= FUNCTIONS:
            return ""
        return gettext("stakeholders: %(people)s of %(needed)s, %(functions)s") % {
            "people": people,
            "needed": STAKEHOLDERS,
            "functions": ngettext("%(n)s function", "%(n)s functions", functions)
            % {"n": functions},
        }

    @property
    def weeks(self) -> list[tuple[date, int, bool]]:
        """Last day, events, and whether it is of the last four; the latest first."""
        latest_first = enumerate(reversed(self.look.weeks))
        return [
            (self.look.day - timedelta(days=7 * ago), events, ago < RECENT_WEEKS)
            for ago, events in latest_first
        ][: self.look.weeks_known]


@dataclass(frozen=True, slots=True)
class SignShown:
    word: str
    kind: str
    on: date
    lead: str


def signs_shown(signs: Sequence[FoundSign], *, expansion_lead: str) -> list[SignShown]:
    return [
        SignShown(
            gettext(SIGN_WORDS[each.sign]),
            each.kind,
            each.on,
            expansion_lead if each.is_significant else "csm",
        )
        for each in signs
    ]


@dataclass(frozen=True, slots=True)
class PlaceInList:
    """After which row a page begins: its ARR in the currency of reports (-1: no rate), its id."""

    value: int
    account_id: int

    @classmethod
    def parse(cls, text: str) -> PlaceInList | None:
        """None for anything that is no place: a mistyped address shows the first page."""
        value, _, account_id = text.partition("_")
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
            return None
        if not (account_id.isascii() and account_id.isdigit() and len(account_id) < 19):
            return None
        return cls(int(value), int(account_id))

    def __str__(self) -> str:
        return f"{self.value}_{self.account_id}"


def looks_listed(
    user: User, *, scope: str, day: date, which: str, rates: DayRates
) -> QuerySet[ReadinessLook]:
    """The largest ARR first. `which` is ready, nearly or early."""
    # Uses index: readiness_look_listed
    book = Account.objects.portfolio_of(user, scope=scope).filter(merged_into=None)
    looks: QuerySet[ReadinessLook] = ReadinessLook.objects.filter(
        LISTS[which], day=day, account__in=book
    )
    value = expression(rates, "account__arr_minor", currency="account__currency")
    looks = looks.annotate(value=Coalesce(value, Value(-1)))
    looks = looks.select_related("account__owner", "account__pool", "account__health")
    return looks.order_by("-value", "account_id")


LISTS = {
    "ready": Q(readiness=Readiness.READY),
    "nearly": Q(readiness__in=NEARLY),
    "early": Q(is_early=True) & ~Q(readiness__in=LISTED),
}


def page_after(
    looks: QuerySet[ReadinessLook], place: PlaceInList | None
) -> tuple[list[ReadinessLook], PlaceInList | None]:
    """The rows after the place, and the place after which the next page begins."""
    if place is not None:
        behind = Q(value__lt=place.value) | Q(value=place.value, account_id__gt=place.account_id)
        looks = looks.filter(behind)
    found = list(looks[: PAGE_SIZE + 1])
    if len(found) <= PAGE_SIZE:
        return found, None
    last = found[PAGE_SIZE - 1]
    return found[:PAGE_SIZE], PlaceInList(last.value, last.account_id)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    account: Account
    shown: LookShown
    signs: Sequence[SignShown]
    lead: str

    @property
    def owner(self) -> str:
        owner = self.account.owner or self.account.pool
        return owner.name if owner else ""

    @property
    def band(self) -> str | None:
        health = getattr(self.account, "health", None)
        return health.effective_band if health else None

    @property
    def score(self) -> Decimal | None:
        health = getattr(self.account, "health", None)
        return health.score if health else None
