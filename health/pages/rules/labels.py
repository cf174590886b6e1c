"""Rules as a person reads them, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from accounts.catalogue import label
from accounts.models import Installation, Plan
from accounts.money.currencies import with_currency
from accounts.queries.sizes import segment_choices, touch_tier_choices
from health.models import RuleSet, Scorecard
from health.queries.rules import RuleContent, content_of


@dataclass(frozen=True, slots=True)
class RuleLine:
    """`asks` are its conditions in words, `card` the name of the scorecard it gives."""

    position: int
    asks: str
    card: str
    note: str
    is_catch_all: bool


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """`before` is empty for what was added, `after` for what was removed."""

    what: str
    before: str
    after: str


class RuleWords:
    """Names of everything that rules name: four questions, however many rules there are."""

    def __init__(self) -> None:
        published = Scorecard.objects.filter(state=Scorecard.State.PUBLISHED)
        newest = published.order_by("key", "-version").distinct("key")
        self.cards = dict(newest.values_list("key", "name"))
        self.tiers = dict(touch_tier_choices())
        self.segments = dict(segment_choices())
        self.plans = dict(Plan.objects.order_by("name").values_list("pk", "name"))
        self.currency = Installation.current().currency

    def card(self, rule: RuleContent) -> str:
        return self.cards.get(rule.scorecard_key, rule.scorecard_key)

    def asks(self, rule: RuleContent) -> str:
        found = [
            gettext("stage %(name)s") % {"name": label(rule.stage)} if rule.stage else "",
            self._with_name(gettext("tier %(name)s"), rule.touch_tier, self.tiers),
            self._with_name(gettext("segment %(name)s"), rule.segment, self.segments),
            self._with_name(gettext("plan %(name)s"), rule.plan_id, self.plans),
            self._minimum_arr_in_words(rule),
        ]
        said = ", ".join(filter(None, found)) or gettext("everybody else")
        return said[0].upper() + said[1:]

    @staticmethod
    def _with_name(words: str, key: str | int | None, names: Mapping[Any, str]) -> str:
        return words % {"name": names.get(key, str(key))} if key else ""

    def _minimum_arr_in_words(self, rule: RuleContent) -> str:
        if rule.minimum_arr is None:
            return ""
        amount = with_currency(f"{rule.minimum_arr:,}", self.currency, is_negative=False)
        return gettext("ARR from %(amount)s") % {"amount": amount}


def rule_lines(rules: RuleSet, words: RuleWords) -> list[RuleLine]:
    return [
        RuleLine(place, words.asks(rule), words.card(rule), rule.note, rule.is_catch_all)
        for place, rule in enumerate(content_of(rules), start=1)
    ]


def compared_rules(before: RuleSet, after: RuleSet) -> list[tuple[str, list[RuleDifference]]]:
    """In the shape of the differences of scorecards. Rules are matched by what they ask."""
    words = RuleWords()
    old, new = content_of(before), content_of(after)
    rows = [*_changed_rules(old, new, words), *_order_difference(old, new, words)]
    return [(gettext("Rules"), rows)] if rows else []


def _changed_rules(
    old: Sequence[RuleContent], new: Sequence[RuleContent], words: RuleWords
) -> list[RuleDifference]:
    was = {rule.asks: rule for rule in old}
    now = {rule.asks: rule for rule in new}
    rows = []
    for asks in dict.fromkeys((*now, *was)):
        one, other = was.get(asks), now.get(asks)
        sides = [words.card(rule) if rule else "" for rule in (one, other)]
        if sides[0] != sides[1]:
            rule = other or one
            rows.append(RuleDifference(words.asks(rule) if rule else "", *sides))
    return rows


def _order_difference(
    old: Sequence[RuleContent], new: Sequence[RuleContent], words: RuleWords
) -> list[RuleDifference]:
    """One row for the order of the rules that both have."""
    both = {rule.asks for rule in old} & {rule.asks for rule in new}
    orders = [[rule for rule in side if rule.asks in both] for side in (old, new)]
    if [rule.asks for rule in orders[0]] == [rule.asks for rule in orders[1]]:
        return []
    sides = ("; ".join(words.asks(rule) for rule in side) for side in orders)
    return [RuleDifference(gettext("Order"), *sides)]
