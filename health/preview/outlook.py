"""A batch of accounts under the draft: old and new score and band, main reason, what it crosses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from health.facts.scope import Ints, number
from health.preview.band_change_reasons import Told, reasons
from health.preview.judged_accounts import JudgedAccounts, read_groups
from health.preview.plan import PreviewPlan, cards_to
from health.queries.scorecards import Card
from health.recompute.crossings import NewCrossing, Watched, judge
from health.recompute.score_rows import crossing_signal
from health.recompute.state import State
from health.scoring import (
    MISSING,
    TOO_NEW,
    UNKNOWN,
    UNSCORED,
    Cause,
    Evaluation,
    ScorecardSpec,
    Sides,
    band_positions,
    evaluate,
    line_sides,
    line_values,
    same_bounds,
)
from health.signals import CrossingSignal


@dataclass(frozen=True, slots=True)
class Outlook:
    """One element an account. Scores are hundredths, MISSING where unscored; bands are keys as
    computed; ARR is minor units of the installation's currency. `held`, `reasons` and `crossings`
    are by row: bands set by hand, which stay; accounts that change their band or scorecard; falls
    and rises as the engine would be told of them.

    `cards` names the scorecard of today (empty: none) and the other one where they differ, `risky`
    has the bands at risk of both.
    """

    account_ids: Ints
    arr: Ints
    old_score: Ints
    new_score: Ints
    old_band: list[str]
    new_band: list[str]
    cards: tuple[str, str]
    risky: tuple[frozenset[str], frozenset[str]]
    held: dict[int, str]
    reasons: dict[int, str]
    crossings: dict[int, list[CrossingSignal]]

    def __len__(self) -> int:
        return len(self.account_ids)


def foresee(plan: PreviewPlan, account_ids: Ints) -> list[Outlook]:
    """One outlook for each card, and each that judged some of its accounts last."""
    return [
        _outlook_of_group(plan, group)
        for card, accounts in cards_to(plan, account_ids)
        for group in read_groups(plan, card, accounts)
    ]


def _outlook_of_group(plan: PreviewPlan, group: JudgedAccounts) -> Outlook:
    old, new = group.card.spec, group.then.spec
    before = evaluate(old, group.raw)
    after = evaluate(new, group.raw_then).without(group.is_new)
    keeps = same_bounds(old.bands, new.bands)
    then = band_positions(
        bands=new.bands,
        margin=new.recovery_margin,
        values=after.score,
        previous=group.band if keeps else np.full(len(after), MISSING, dtype=np.int64),
        days_before=group.days_before[:, : new.rising_dwell],
    )
    old_band, new_band = group.bands, _band_keys(then, group)
    moved = np.array([one != other for one, other in zip(old_band, new_band, strict=True)])
    told = Told(old, new, before, after)
    found = reasons(told, np.flatnonzero(moved))
    if group.changes_card:
        found = {row: found.get(row, "") for row in range(len(group.account_ids))}
    return Outlook(
        account_ids=group.account_ids,
        arr=group.arr,
        old_score=group.score,
        new_score=after.score,
        old_band=old_band,
        new_band=new_band,
        cards=_card_names(group),
        risky=(_at_risk_bands(old), _at_risk_bands(new)),
        held=group.overrides,
        reasons=found,
        crossings=_crossings_by_account(plan, group, before, after),
    )


def _band_keys(then: Ints, group: JudgedAccounts) -> list[str]:
    keys = [*(band.key for band in group.then.spec.bands), UNSCORED]
    return [TOO_NEW if new else keys[place] for place, new in zip(then, group.is_new, strict=True)]


def _card_names(group: JudgedAccounts) -> tuple[str, str]:
    if not group.changes_card:
        return "", ""
    return (group.card.spec.name if group.was_judged else ""), group.then.spec.name


def _at_risk_bands(card: ScorecardSpec) -> frozenset[str]:
    return frozenset(band.key for band in card.bands if band.at_risk)


def _crossings_by_account(
    plan: PreviewPlan, group: JudgedAccounts, before: Evaluation, after: Evaluation
) -> dict[int, list[CrossingSignal]]:
    """What was crossed, had the accounts come from the old scores to the new ones by themselves.

    Where the bands are others, a new version is judged afresh, without the recovery margin: so are
    these.
    """
    spec = group.then.spec
    if not same_bounds(group.card.spec.bands, spec.bands):
        spec = replace(spec, recovery_margin=spec.recovery_margin * 0, rising_dwell=0)
    card = Card(group.then.id, spec)
    state = _as_if_same_card(plan, card, group, before)
    watched = Watched(
        plan.lines, line_values(lines=plan.lines, card=spec, evaluation=after, raw={})
    )
    found: dict[int, list[NewCrossing]] = defaultdict(list)
    for crossing in judge(
        card=card,
        state=state,
        evaluation=after,
        too_new=group.is_new,
        watched=watched,
        day=number(plan.day),
    ):
        if crossing.change.cause is Cause.MOVED:
            found[crossing.change.row].append(crossing)
    return {
        row: [
            crossing_signal(
                card=group.then,
                day=plan.day,
                crossing=crossing,
                first_seq=min(each.seq for each in crossings),
            )
            for crossing in crossings
        ]
        for row, crossings in found.items()
    }


def _as_if_same_card(
    plan: PreviewPlan, card: Card, group: JudgedAccounts, before: Evaluation
) -> State:
    """The present state, told in the bands, lines and components of the draft."""
    spec, count = card.spec, len(group.account_ids)
    keys = [band.key for band in spec.bands]
    told = _bands_judged_afresh(card, group.score)
    shown = np.array(
        [keys.index(key) if key in keys else MISSING for key in group.bands], dtype=np.int64
    )
    return State(
        day=np.zeros(count, dtype=np.int64),
        card_id=np.full(count, card.id, dtype=np.int64),
        score=group.score.copy(),
        band=np.where(shown == MISSING, told, shown),
        last_band=np.full(count, MISSING, dtype=np.int64),
        was_new=group.was_new.copy(),
        lines=_line_sides_before(plan, card, group, before),
        crossing_seq=np.zeros(count, dtype=np.int64),
        crossing_day=np.full(count, -1, dtype=np.int64),
        components=_component_bands_before(card, group, before),
        recent=np.column_stack([group.score, group.days_before]),
        overrides=group.overrides,
    )


def _line_sides_before(
    plan: PreviewPlan, card: Card, group: JudgedAccounts, before: Evaluation
) -> Sides:
    """By the score on screen and the components as they were judged."""
    shown = replace(before, score=group.score)
    old = line_values(lines=plan.lines, card=group.card.spec, evaluation=shown, raw={})
    nowhere = np.full(old.shape, UNKNOWN, dtype=np.int64)
    margin = card.spec.recovery_margin
    return line_sides(lines=plan.lines, margin=margin, values=old, previous=nowhere)


def _component_bands_before(card: Card, group: JudgedAccounts, before: Evaluation) -> Ints:
    """Bands of the draft's components by what they were judged; MISSING for those that are new."""
    earlier, keys = list(group.card.spec.component_keys), card.spec.component_keys
    bands = np.full((len(before), len(keys)), MISSING, dtype=np.int64)
    for column, key in enumerate(keys):
        if key in earlier:
            bands[:, column] = _bands_judged_afresh(card, before.components[:, earlier.index(key)])
    return bands


def _bands_judged_afresh(card: Card, values: Ints) -> Ints:
    nowhere = np.full(len(values), MISSING, dtype=np.int64)
    return band_positions(
        bands=card.spec.bands, margin=card.spec.recovery_margin, values=values, previous=nowhere
    )
