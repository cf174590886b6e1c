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
class CardVerdict:
    """What a card says of accounts, which are named by their place."""

    accounts: Ints
    card: Card
    evaluation: Evaluation
    too_new: Flags
    watched: Watched
    has_rule: bool = True


@dataclass(frozen=True, slots=True)
class _CardInput:
    """Accounts under one card on a day. `raw` follows its raw_keys, `beside` has the measures
    of watch lines that are not on it."""

    day: date
    card: Card
    accounts: Ints
    raw: Floats
    beside: Mapping[str, Floats]
    too_new: Flags


def verdicts_by_day(
    *, cards: Sequence[Card], chosen: Mapping[date, Ints], rows: FactRows, lines: WatchLines
) -> dict[date, list[CardVerdict]]:
    """`chosen` has the card of each account, by its position among `cards`, of every day."""
    of_card: dict[int, list[_CardInput]] = defaultdict(list)
    for day, of_day in chosen.items():
        for position, given in _card_inputs(cards, day, of_day, rows, lines):
            of_card[position].append(given)
    found: dict[date, list[CardVerdict]] = {day: [] for day in chosen}
    for position in sorted(of_card):
        for given, evaluation in _evaluate_together(of_card[position]):
            found[given.day].append(_card_verdict(given, evaluation, lines))
    return found


def _card_inputs(
    cards: Sequence[Card], day: date, chosen: Ints, rows: FactRows, lines: WatchLines
) -> Iterator[tuple[int, _CardInput]]:
    facts, ages = rows.on(day), rows.ages_on(day)
    for position, card in enumerate(cards):
        accounts = np.flatnonzero(chosen == position)
        if not len(accounts):
            continue
        beside = tuple(key for key in lines.measures if key not in card.spec.raw_keys)
        yield (
            position,
            _CardInput(
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


def _evaluate_together(inputs: Sequence[_CardInput]) -> Iterator[tuple[_CardInput, Evaluation]]:
    """Of one card. An evaluation takes about as long for one account as for hundreds."""
    whole = evaluate(inputs[0].card.spec, np.vstack([given.raw for given in inputs]))
    end = 0
    for given in inputs:
        start, end = end, end + len(given.accounts)
        yield given, whole.rows(slice(start, end))


def _card_verdict(given: _CardInput, evaluation: Evaluation, lines: WatchLines) -> CardVerdict:
    values = line_values(
        lines=lines.specs, card=given.card.spec, evaluation=evaluation, raw=given.beside
    )
    values[given.too_new] = np.nan
    return CardVerdict(
        given.accounts,
        given.card,
        evaluation.without(given.too_new),
        given.too_new,
        Watched(lines.specs, values),
    )
