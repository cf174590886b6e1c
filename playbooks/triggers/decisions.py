"""What the signals of one account start: one open play a playbook, the severest of one fall."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from playbooks.triggers.conditions import fits
from playbooks.triggers.rules import BY_PLAY, AccountState, OpenPlay, Rule, Trigger
from playbooks.triggers.signal_matches import TriggerInput, has_recovered, matching_trigger
from playbooks.triggers.vocabulary import StartResult, Suppression

# A signal older than this is history that was imported: it is stamped as such and starts nothing.
HISTORIC_AFTER = timedelta(days=7)
# A playbook that must not start for one of these leaves the fall to the next in severity.
_PASSED_ON = {
    Suppression.CHURNED,
    Suppression.COOLDOWN,
    Suppression.OVERRIDE,
    Suppression.RECOVERED,
}


@dataclass(frozen=True, slots=True)
class Match:
    inputs: TriggerInput
    rule: Rule
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Decision:
    """`rank` orders the queue, the largest first; `reason` is empty unless suppressed."""

    account_id: int
    csm_id: int | None
    signal_id: int
    inputs: TriggerInput
    rule: Rule
    trigger: Trigger
    result: StartResult
    reason: str
    is_urgent: bool
    rank: int


def is_historic(*, occurred_at: datetime, now: datetime) -> bool:
    return now - occurred_at > HISTORIC_AFTER


def decide(
    *,
    inputs: Sequence[TriggerInput],
    rules: Sequence[Rule],
    account_state: AccountState,
    now: datetime,
) -> list[Decision]:
    """One decision for every signal and playbook that match, in the order of the signals."""
    matched = _matches_of_signals(inputs, rules, account_state)
    severest = _severest_by_conflict(
        [m for m in matched if _suppression_of_match(m, account_state, now) not in _PASSED_ON]
    )
    decisions = []
    for match in matched:
        best = severest.get(_conflict_key(match))
        is_outdone = best is not None and best is not match and _is_as_severe(best, match)
        reason = (
            Suppression.SEVERER_MATCH
            if is_outdone
            else _suppression_of_match(match, account_state, now)
        )
        decisions.append(_decision_for_match(match, account_state, reason))
        if reason is None:
            account_state = _with_play(account_state, match.rule)
    return decisions


def _suppression_of_match(
    match: Match, account_state: AccountState, now: datetime
) -> Suppression | None:
    crossing = match.inputs.crossing
    if crossing is not None and crossing.is_overridden and not account_state.is_churned:
        return Suppression.OVERRIDE
    return suppression_for(
        rule=match.rule, trigger=match.trigger, account_state=account_state, now=now
    )


def suppression_for(
    *, rule: Rule, trigger: Trigger, account_state: AccountState, now: datetime
) -> Suppression | None:
    """Why this playbook must not start on this account now; None when it may."""
    if account_state.is_churned and not rule.conditions.also_churned:
        return Suppression.CHURNED
    if trigger.recovery.came_back and not account_state.is_churned:
        return Suppression.RECOVERED
    if trigger.kind.is_about_health and account_state.is_overridden:
        return Suppression.OVERRIDE
    if has_recovered(recovery=trigger.recovery, score=account_state.score, band=account_state.band):
        return Suppression.RECOVERED
    return _suppression_by_plays(rule, account_state) or _suppression_by_cooldown(
        rule, account_state, now
    )


def _suppression_by_plays(rule: Rule, account_state: AccountState) -> Suppression | None:
    if any(play.playbook_key == rule.key for play in account_state.open_plays):
        return Suppression.OPEN_PLAY
    if rule.key in account_state.queued:
        return Suppression.ALREADY_QUEUED
    if any(
        play.family == rule.family and play.severity > rule.severity
        for play in account_state.open_plays
    ):
        return Suppression.SEVERER_PLAY
    return None


def _suppression_by_cooldown(
    rule: Rule, account_state: AccountState, now: datetime
) -> Suppression | None:
    cooldown = timedelta(days=rule.cooldown_days)
    ended = dict(account_state.ended).get(rule.key)
    return Suppression.COOLDOWN if ended is not None and now < ended + cooldown else None


class DayRoom:
    """How many plays may still open today: of a playbook for a CSM (its cap), and for a CSM over
    all playbooks (`budget`, None where there is none).

    `opened` counts the plays of (csm, playbook) opened today. An intervention that has no cap of
    its own waits for no budget, and counts in it. What nobody owns has none.
    """

    def __init__(
        self, *, opened: dict[tuple[int | None, str], int], budget: int | None = None
    ) -> None:
        self._opened = opened
        self._budget = budget
        self._of_csm: Counter[int | None] = Counter()
        for (csm_id, _), plays in opened.items():
            self._of_csm[csm_id] += plays

    def take(self, csm_id: int | None, rule: Rule) -> bool:
        """Whether one more opens; it is counted then."""
        slot = (csm_id, rule.key)
        cap, had = rule.cap_per_csm_day, self._opened.get(slot, 0)
        is_over_cap = cap is not None and had >= cap
        if is_over_cap or self._is_over_budget(csm_id, rule):
            return False
        self._opened[slot] = had + 1
        self._of_csm[csm_id] += 1
        return True

    def _is_over_budget(self, csm_id: int | None, rule: Rule) -> bool:
        is_pressing = rule.is_intervention and rule.cap_per_csm_day is None
        if self._budget is None or csm_id is None or is_pressing:
            return False
        return self._of_csm[csm_id] >= self._budget


def ration(
    *,
    decisions: Iterable[Decision],
    opened: dict[tuple[int | None, str], int],
    budget: int | None = None,
) -> list[Decision]:
    """What exceeds a CSM's cap or budget for the day waits; urgent ones and the largest rank go
    first. `opened` and `budget` as of DayRoom.
    """
    room = DayRoom(opened=opened, budget=budget)
    rationed = []
    for decision in sorted(decisions, key=lambda d: (not d.is_urgent, -d.rank, d.signal_id)):
        is_starting = decision.result is StartResult.STARTED
        if is_starting and not room.take(decision.csm_id, decision.rule):
            decision = replace(decision, result=StartResult.QUEUED)
        rationed.append(decision)
    return rationed


def attention_rank(*, arr_minor: int, score: Decimal | None) -> int:
    """ARR × risk, where risk is the distance of the score from 100; unscored counts as 50.

    Ranks compare only where the amounts do: minor units of one currency.
    """
    known = Decimal(50) if score is None else score
    return int(arr_minor * (100 - known))


def _matches_of_signals(
    inputs: Sequence[TriggerInput], rules: Sequence[Rule], account_state: AccountState
) -> list[Match]:
    found = []
    for signal in sorted(inputs, key=lambda h: (h.occurred_at, h.signal_id)):
        for rule in rules:
            trigger = matching_trigger(rule=rule, inputs=signal)
            if trigger is not None and _is_for(rule, trigger, signal, account_state):
                found.append(Match(signal, rule, trigger))
    return found


def _is_for(
    rule: Rule, trigger: Trigger, signal: TriggerInput, account_state: AccountState
) -> bool:
    """A play that asks for another has chosen the account itself."""
    return trigger is BY_PLAY or fits(
        conditions=rule.conditions, account_state=account_state, contract=signal.contract
    )


def _severest_by_conflict(matched: Sequence[Match]) -> dict[tuple[str, str], Match]:
    """Of each contest the match with the highest severity, the earliest signal first."""
    chosen: dict[tuple[str, str], Match] = {}
    for match in matched:
        best = chosen.get(_conflict_key(match))
        if best is None or match.rule.severity > best.rule.severity:
            chosen[_conflict_key(match)] = match
    return chosen


def _conflict_key(match: Match) -> tuple[str, str]:
    """Matches of one family and crossing group, of which one may start; other signals stand alone.

    A crossing group is what one rescoring crossed: bands and lines of the score, its components
    and measures.
    """
    crossing = match.inputs.crossing
    group = (
        crossing.crossing_group if crossing else f"signal {match.inputs.signal_id} {match.rule.key}"
    )
    return match.rule.family, group


def _is_as_severe(best: Match, match: Match) -> bool:
    """What is severer and passed on is not outdone: it says its own reason."""
    return best.rule.severity >= match.rule.severity


def _decision_for_match(
    match: Match, account_state: AccountState, reason: Suppression | None
) -> Decision:
    crossing = match.inputs.crossing
    score = crossing.score if crossing else account_state.score
    return Decision(
        account_id=account_state.account_id,
        csm_id=match.rule.counts_for(account_state.csm_id),
        signal_id=match.inputs.signal_id,
        inputs=match.inputs,
        rule=match.rule,
        trigger=match.trigger,
        result=StartResult.STARTED if reason is None else StartResult.SUPPRESSED,
        reason="" if reason is None else reason.value,
        is_urgent=crossing is not None and crossing.handled_first,
        rank=attention_rank(arr_minor=account_state.arr_minor, score=score),
    )


def _with_play(account_state: AccountState, rule: Rule) -> AccountState:
    """As the account stands once that play is open: lesser plays of its family are superseded."""
    kept = tuple(
        play
        for play in account_state.open_plays
        if play.family != rule.family or play.severity >= rule.severity
    )
    opened = OpenPlay(rule.key, rule.family, rule.severity)
    return replace(account_state, open_plays=(*kept, opened))
