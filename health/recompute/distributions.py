"""Stores how measures are spread over all accounts, for the percentiles of scorecards in force.

A night is spread once and kept. It is as it was known then, so it does not matter whether that is
done in the night, when a scorecard asks for it first, or when the past is scored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from django.db import connection, transaction

from accounts.models import Account
from accounts.queries.sizes import segment_ids
from health.facts import load_base, load_facts
from health.facts.scope import FactScope, Ints, number
from health.facts.sources import Feeds
from health.measures import MEASURES, compared_by, raw_matrix
from health.measures.inputs import Floats
from health.measures.percentiles import LEAST_ACCOUNTS, Distribution, Distributions, distribution_of
from health.models import MeasureDistribution
from health.queries.assignment import assignment
from health.queries.distributions import night_before, read_distributions
from health.queries.lines import watch_lines

_LOCK = 7_345
# Accounts whose facts are read at once, as many as are scored at once.
_BATCH = 20_000
_NONE = Distributions()


@dataclass(frozen=True, slots=True)
class Spread:
    """What distributions are made with."""

    zone: str
    today: date
    feeds: Feeds


def distributions_for(
    days: Sequence[date], *, names: Iterable[str], using: Spread
) -> dict[date, Distributions]:
    """What these days are held against by these measures; nights that are lacking are spread."""
    measures = compared_by(names)
    if not measures:
        return {}
    found = read_distributions(days=days, measures=measures)
    lacking = {
        (night_before(day), measure)
        for day in days
        for measure in measures
        if measure not in found.get(day, _NONE).of and _sources_deliver(measure, day, using.feeds)
    }
    if not lacking:
        return found
    _store_lacking(lacking, using)
    return read_distributions(days=days, measures=measures)


def _sources_deliver(measure: str, day: date, feeds: Feeds) -> bool:
    """Before its sources deliver there is nothing to be kept."""
    since = [feeds.since(source) for source in MEASURES[measure].sources]
    return all(first is not None and first < number(day) for first in since)


def spread_night(*, day: date, using: Spread) -> None:
    """What the day after will be held against, by the scorecards and lines that are in force."""
    names = {*watch_lines().measures}
    names |= {key for card in assignment().cards for key in card.spec.raw_keys}
    distributions_for([day + timedelta(days=1)], names=names, using=using)


@transaction.atomic
def _store_lacking(lacking: set[tuple[date, str]], using: Spread) -> None:
    """Of nights and measures."""
    with connection.cursor() as cursor:
        # Two who lack a night do not both read all facts for it.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    rows = MeasureDistribution.objects.filter(day__in={night for night, _ in lacking}, segment="")
    wanted = lacking - set(rows.values_list("day", "measure"))
    measures = sorted({measure for _, measure in wanted})
    for first, last in _consecutive_nights(sorted({night for night, _ in wanted})):
        values = _customer_values(first, last, measures, using)
        MeasureDistribution.objects.bulk_create(
            row
            for night, of_night in values.items()
            for row in _distributions_of_night(night, measures, of_night)
            if (night, row.measure) in wanted
        )


def _consecutive_nights(nights: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last of nights that follow each other: facts of a run are read once."""
    start = 0
    for place in range(1, len(nights) + 1):
        if place == len(nights) or (nights[place] - nights[place - 1]).days > 1:
            yield nights[start], nights[place - 1]
            start = place


@dataclass(slots=True)
class _OfNight:
    values: list[Floats] = field(default_factory=list)
    segments: list[Ints] = field(default_factory=list)


def _customer_values(
    first: date, last: date, measures: Sequence[str], using: Spread
) -> dict[date, _OfNight]:
    """Of the customers of each night."""
    nights = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    found = {night: _OfNight() for night in nights}
    ids = np.array(Account.objects.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    for start in range(0, len(ids), _BATCH):
        scope = FactScope(
            ids[start : start + _BATCH],
            first,
            last,
            using.zone,
            as_known=first < using.today,
            open_day=using.today,
        )
        base = load_base(scope, with_history=True)
        asked = np.full(len(scope), any("_since_start" in measure for measure in measures))
        rows = load_facts(scope, base=base, feeds=using.feeds, since_start=asked, names=measures)
        for night in nights:
            profiles = base.profiles.on(night)
            customers = profiles.is_customer(night)
            values = raw_matrix(rows.on(night), tuple(measures))
            found[night].values.append(values[customers])
            found[night].segments.append(profiles.segment[customers])
    return found


def _distributions_of_night(
    night: date, measures: Collection[str], of_night: _OfNight
) -> Iterator[MeasureDistribution]:
    values = np.vstack([*of_night.values, np.empty((0, len(measures)))])
    segments = np.concatenate([*of_night.segments, np.empty(0, dtype=np.int64)])
    for column, measure in enumerate(measures):
        yield _distribution_row(night, measure, "", distribution_of(values[:, column]))
        for key, place in segment_ids().items():
            spread = distribution_of(values[segments == place, column])
            if spread.accounts >= LEAST_ACCOUNTS:
                yield _distribution_row(night, measure, key, spread)


def _distribution_row(
    night: date, measure: str, segment: str, spread: Distribution
) -> MeasureDistribution:
    return MeasureDistribution(
        day=night,
        measure=measure,
        segment=segment,
        accounts=spread.accounts,
        values=spread.values.tolist(),
    )
