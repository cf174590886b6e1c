"""What scorecards say of accounts on some days: of all at once, for no day depends on another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from health.facts import FactRows
from health.facts.scope import Ints
from health.measures import raw_matrix
from health.measures.inputs import Flags, Floats
from health.queries.lines import WatchLines
from health.queries.scorecards import Card
from health.recompute.crossings import Watched
from health.scoring import Evaluation, evaluate, line_values, too_new


@dataclass(frozen=True, slots=True)
class Said:
    """What a card says of accounts, which are named by their place."""

    accounts: Ints
    card: Card
    evaluation: Evaluation
    too_new: Flags
    watched: Watched
    has_rule: bool = True


@dataclass(frozen=True, slots=True)
class _Reading:
    """Accounts under one card on a day. `raw` follows its raw_keys, `beside` has the measures
    of watch lines that are not on it."""

    day: date
    card: Card
    accounts: Ints
    raw: Floats
    beside: Mapping[str, Floats]
    too_new: Flags


def said_by_cards(
    *, cards: Sequence[Card], chosen: Mapping[date, Ints], rows: FactRows, lines: WatchLines
) -> dict[date, list[Said]]:
    """`chosen` has the card of each account, by its position among `cards`, of every day."""
    of_card: dict[int, list[_Reading]] = defaultdict(list)
    for day, of_day in chosen.items():
        for position, reading in _readings(cards, day, of_day, rows, lines):
            of_card[position].append(reading)
    found: dict[date, list[Said]] = {day: [] for day in chosen}
    for position in sorted(of_card):
        for reading, evaluation in _evaluated(of_card[position]):
            found[reading.day].append(_said(reading, evaluation, lines))
    return found


def _readings(
    cards: Sequence[Card], day: date, chosen: Ints, rows: FactRows, lines: WatchLines
) -> Iterator[tuple[int, _Reading]]:
    facts, ages = rows.on(day), rows.ages_on(day)
    for position, card in enumerate(cards):
        accounts = np.flatnonzero(chosen == position)
        if not len(accounts):
            continue
        beside = tuple(key for key in lines.measures if key not in card.spec.raw_keys)
        yield (
            position,
            _Reading(
                day,
                card,
                accounts,
                raw_matrix(facts, card.spec.raw_keys)[accounts],
                dict(zip(beside, raw_matrix(facts, beside)[accounts].T, strict=True)),
                too_new(
                    card.spec,
                    days_since_start=ages.since_start[accounts],
                    days_since_first_step=ages.since_first_step[accounts],
                ),
            ),
        )


def _evaluated(readings: Sequence[_Reading]) -> Iterator[tuple[_Reading, Evaluation]]:
    """Of one card. An evaluation takes about as long for one account as for hundreds."""
    whole = evaluate(readings[0].card.spec, np.vstack([reading.raw for reading in readings]))
    end = 0
    for reading in readings:
        start, end = end, end + len(reading.accounts)
        yield reading, whole.rows(slice(start, end))


def _said(reading: _Reading, evaluation: Evaluation, lines: WatchLines) -> Said:
    values = line_values(
        lines=lines.specs, card=reading.card.spec, evaluation=evaluation, raw=reading.beside
    )
    values[reading.too_new] = np.nan
    return Said(
        reading.accounts,
        reading.card,
        evaluation.without(reading.too_new),
        reading.too_new,
        Watched(lines.specs, values),
    )
