"""Why accounts have no score, of all that somebody looks at: said on the first page they see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from accounts.catalogue import AccountStatus, label
from accounts.models import Account
from health.facts.sources import connected_sources
from health.measures import MEASURES
from health.models import AssignmentRule, Publication
from health.queries.coverage import card_coverage
from health.queries.scorecards import published_card
from health.scoring import TOO_NEW
from health.scoring.coverage import most_first


@dataclass(frozen=True, slots=True)
class CardGap:
    """A scorecard and the `accounts` it judged without a score. `lacking` are sources in words that
    deliver to nobody, with the points of 100 that wait for them, `empty` measures of which no
    account has a value; what brings most first."""

    name: str
    accounts: int
    points: Decimal
    needed: Decimal
    lacking: tuple[tuple[str, Decimal], ...]
    empty: tuple[tuple[str, Decimal], ...]

    @property
    def is_enough(self) -> bool:
        """Whether what is connected would do: then these accounts are left out of it."""
        return self.points >= self.needed


@dataclass(frozen=True, slots=True)
class Unscored:
    """Active accounts without a score that are not too new: `accounts` of `active`. `without_rule`
    of them lost theirs because no rule gives them a scorecard. `waiting` were never judged; with
    `has_rule` false none of them can be, because no rule fits everybody."""

    accounts: int
    active: int
    cards: tuple[CardGap, ...]
    waiting: int
    has_rule: bool
    without_rule: int = 0

    @property
    def other_cards(self) -> tuple[CardGap, ...]:
        """All but the one of most accounts."""
        return self.cards[1:]


def why_unscored(accounts: QuerySet[Account]) -> Unscored | None:
    """None where every one has a score or is too new."""
    active = accounts.filter(status=AccountStatus.ACTIVE).order_by()
    has_score, is_new = Q(health__score__isnull=False), Q(health__band=TOO_NEW)
    lacks_rule = Q(health__lacks_rule=True)
    groups = active.values_list("health__scorecard").annotate(
        everybody=Count("pk"),
        settled=Count("pk", filter=has_score | is_new | lacks_rule),
        ruleless=Count("pk", filter=lacks_rule),
    )
    found = {card: rest for card, *rest in groups}
    waiting, *_ = found.pop(None, (0, 0, 0))
    total = waiting + sum(everybody for everybody, _, _ in found.values())
    by_card = {card: all_ - settled for card, (all_, settled, _) in found.items() if all_ > settled}
    without_rule = sum(ruleless for _, _, ruleless in found.values())
    if not by_card and not waiting and not without_rule:
        return None
    connected = connected_sources() if by_card else set()
    gaps = (_card_gap(card, count, connected) for card, count in by_card.items())
    return Unscored(
        accounts=sum(by_card.values()) + waiting + without_rule,
        active=total,
        cards=tuple(sorted(gaps, key=lambda gap: (-gap.accounts, gap.name))),
        waiting=waiting,
        has_rule=not waiting or has_rule_for_everybody(),
        without_rule=without_rule,
    )


def _card_gap(card_id: int, accounts: int, connected: Collection[str]) -> CardGap:
    spec = published_card(card_id).spec
    found = card_coverage(card_id, spec, connected=connected)
    lacking = tuple((label(source).lower(), points) for source, points in most_first(found.lacking))
    empty = tuple((MEASURES[key].name, points) for key, points in most_first(found.empty))
    return CardGap(spec.name, accounts, found.judged, found.minimum, lacking, empty)


def has_rule_for_everybody() -> bool:
    """Whether a rule without a condition names a scorecard that is in force."""
    keys = AssignmentRule.objects.in_force().catch_alls().values_list("scorecard_key", flat=True)
    return Publication.objects.filter(scorecard__key__in=keys).exists()
