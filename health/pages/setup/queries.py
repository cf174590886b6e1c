"""What has come in of each source, and what the scorecards in force can make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext, gettext_noop

from accounts.catalogue import AccountStatus
from accounts.intake.fields import Kind
from accounts.models import Account, ImportRun
from accounts.pages.imports import labels
from health.facts.sources import connected_sources
from health.measures import MEASURES, FactSource
from health.models import CurrentHealth, SourceFeed
from health.queries.coverage import card_coverage
from health.queries.scorecards import Card, given_cards
from health.scoring import TOO_NEW
from health.scoring.coverage import SourceCoverage, most_first, source_coverage
from health.scoring.specs import UNSCORED, ScorecardSpec

SOURCE_WORDS = {
    FactSource.USAGE: gettext_noop("usage by feature"),
    FactSource.ACTIVITY: gettext_noop("active users"),
    FactSource.SESSIONS: gettext_noop("sessions"),
    FactSource.SUPPORT: gettext_noop("support tickets"),
    FactSource.REVENUE: gettext_noop("revenue"),
    FactSource.PAYMENT: gettext_noop("invoices"),
    FactSource.CONTACTS: gettext_noop("contacts"),
    FactSource.INTERACTIONS: gettext_noop("conversations"),
    FactSource.EVENTS: gettext_noop("business events"),
    FactSource.ONBOARDING: gettext_noop("onboarding steps"),
    FactSource.SURVEYS: gettext_noop("answers to surveys"),
    FactSource.CSM_SENTIMENT: gettext_noop("CSM sentiment"),
}


@dataclass(frozen=True, slots=True)
class SetupStep:
    """`ways`: kinds of records, any of which is a beginning, and the source each delivers."""

    key: str
    title: str
    text: str
    ways: tuple[tuple[Kind, FactSource | None], ...]
    is_optional: bool = False


STEPS = (
    SetupStep(
        "accounts",
        gettext_noop("Accounts"),
        gettext_noop(
            "The companies you serve, with their owners. Everything else names its account."
        ),
        ((Kind.ACCOUNTS, None),),
    ),
    SetupStep(
        "revenue",
        gettext_noop("Revenue"),
        gettext_noop("ARR, segments, renewals, NRR and GRR. Contracts or movements, one of both."),
        ((Kind.CONTRACTS, FactSource.REVENUE), (Kind.MOVEMENTS, FactSource.REVENUE)),
    ),
    SetupStep(
        "usage",
        gettext_noop("Usage"),
        gettext_noop("How deep and how often they use the product, and whether that grows."),
        (
            (Kind.USAGE, FactSource.USAGE),
            (Kind.USER_DAYS, FactSource.ACTIVITY),
            (Kind.SESSIONS, FactSource.SESSIONS),
        ),
    ),
    SetupStep(
        "people",
        gettext_noop("People"),
        gettext_noop("Champions and executives, and when you last talked to them."),
        ((Kind.CONTACTS, FactSource.CONTACTS), (Kind.INTERACTIONS, FactSource.INTERACTIONS)),
    ),
    SetupStep(
        "support",
        gettext_noop("Support"),
        gettext_noop("How much goes wrong, and how long it takes to mend."),
        ((Kind.TICKETS, FactSource.SUPPORT),),
    ),
    SetupStep(
        "more",
        gettext_noop("And more"),
        gettext_noop("Late payments, dated facts, onboarding steps, past survey answers."),
        (
            (Kind.INVOICES, FactSource.PAYMENT),
            (Kind.EVENTS, FactSource.EVENTS),
            (Kind.ONBOARDING, FactSource.ONBOARDING),
            (Kind.SURVEY_ANSWERS, FactSource.SURVEYS),
            (Kind.CSM_SENTIMENTS, FactSource.CSM_SENTIMENT),
        ),
        is_optional=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Way:
    """`points`: what the source is worth in each scorecard, of 100."""

    kind: str
    holds: str
    is_connected: bool
    since: date | None
    rows: int
    points: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class SetupState:
    step: SetupStep
    ways: tuple[Way, ...]

    @property
    def is_done(self) -> bool:
        return any(way.is_connected for way in self.ways)


@dataclass(frozen=True, slots=True)
class CardState:
    """A scorecard in force. `lacking`: sources in words, `empty`: measures of which nobody has a
    value; what brings most first."""

    id: int
    name: str
    coverage: SourceCoverage
    lacking: tuple[tuple[str, Decimal], ...]
    empty: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class CheckList:
    """`active` accounts, of which `scored` have a score now."""

    steps: tuple[SetupState, ...]
    cards: tuple[CardState, ...]
    active: int
    scored: int

    @property
    def next(self) -> SetupStep | None:
        """The first that is not done."""
        open_steps = (s.step for s in self.steps if not s.is_done and not s.step.is_optional)
        return next(open_steps, None)


def check_list() -> CheckList:
    since = dict(SourceFeed.objects.values_list("source", "first_day"))
    connected = connected_sources(set(since))
    cards = given_cards()
    worth = {card.spec.name: _points_by_source(card.spec) for card in cards}
    rows, has_accounts = _rows_by_kind(), Account.objects.exists()

    def way(kind: Kind, source: FactSource | None) -> Way:
        return Way(
            kind=kind,
            holds=labels.holds(kind),
            is_connected=has_accounts if source is None else source in connected,
            since=since.get(source) if source else None,
            rows=rows.get(kind, 0),
            points=_points_by_card(source, worth),
        )

    active = Account.objects.filter(status=AccountStatus.ACTIVE)
    scored = CurrentHealth.objects.filter(account__in=active).exclude(band__in=(UNSCORED, TOO_NEW))
    return CheckList(
        steps=tuple(SetupState(step, tuple(way(*each) for each in step.ways)) for step in STEPS),
        cards=tuple(_card_state(card, connected) for card in cards),
        active=active.count(),
        scored=scored.count(),
    )


def _rows_by_kind() -> dict[str, int]:
    """Records that imports and the API made so far."""
    sums = ImportRun.objects.order_by().values("kind").annotate(rows=Sum("created"))
    return dict(sums.values_list("kind", "rows"))


def _points_by_source(spec: ScorecardSpec) -> Mapping[str, Decimal]:
    """Points of 100 by the source that they need."""
    sources_of = {key: MEASURES[key].sources for key in spec.measure_keys}
    return source_coverage(spec, sources_of=sources_of, connected=()).lacking


def _points_by_card(
    source: FactSource | None, worth: Mapping[str, Mapping[str, Decimal]]
) -> tuple[tuple[str, Decimal], ...]:
    if source is None:
        return ()
    return tuple((name, points[source]) for name, points in worth.items() if source in points)


def _card_state(card: Card, connected: set[FactSource]) -> CardState:
    found = card_coverage(card.id, card.spec, connected=connected)
    lacking = most_first(found.lacking)
    return CardState(
        card.id,
        card.spec.name,
        found,
        tuple((gettext(SOURCE_WORDS[FactSource(key)]), points) for key, points in lacking),
        tuple((MEASURES[key].name, points) for key, points in most_first(found.empty)),
    )
