"""Does what a step says that is no task: once a play and step, in one transaction with its row.

The plays are locked. A row that is there already refuses the whole transaction, and with it what
was done twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from accounts.catalogue import SignalKind
from accounts.catalogue import label as word
from accounts.loading.attributes import change_accounts
from accounts.models import Function, TeamMember
from accounts.work.notices import post
from accounts.work.signals import NewSignal, emit
from playbooks import facts
from playbooks.due_dates import wait_ends
from playbooks.engine.due_steps import Did, DueStep, Key, Opening
from playbooks.engine.notices import notice
from playbooks.engine.posts import post_to_endpoints, show_in_product
from playbooks.engine.step_mail import write_letters
from playbooks.models import Play, Playbook, StepResult
from playbooks.queries.behaviour import read_behaviour
from playbooks.queries.contracts import contracts_renewed
from playbooks.triggers.conditions import fits
from playbooks.triggers.kinds import (
    AskSurvey,
    Branch,
    ChangeField,
    HoldOut,
    StartPlay,
    StepEnding,
    StepKind,
    Wait,
    is_held_out,
)
from playbooks.triggers.path import Finish
from playbooks.triggers.rules import Conditions
from playbooks.triggers.vocabulary import label
from surveys.engine.requests import NoSurveyInForceError, SurveyRequest, request_survey

Kind = TypeVar("Kind", Wait, Branch, ChangeField, StartPlay, HoldOut, AskSurvey)


@dataclass(frozen=True, slots=True)
class Pause:
    """What a play waits in; `is_watched` where something may end it before its time."""

    ends_at: datetime
    is_watched: bool


@dataclass(slots=True)
class Acted:
    """`postponed`: the account is in another worker's hands."""

    ended: dict[Key, Finish] = field(default_factory=dict)
    pauses: dict[int, Pause] = field(default_factory=dict)
    postponed: list[DueStep] = field(default_factory=list)


def act(*, due: Sequence[DueStep], context: Opening) -> Acted:
    by_kind: dict[StepKind, list[DueStep]] = defaultdict(list)
    for each in due:
        by_kind[each.kind].append(each)
    acted = Acted()
    rows = []
    for kind, steps in by_kind.items():
        done = _DOES[kind](steps, context)
        for each in steps:
            if (did := done.get(each.key)) is None:
                acted.postponed.append(each)
                continue
            rows.append(_result_row(each, did, context.now))
            if did.ending is not None:
                acted.ended[each.key] = Finish(context.now, did.ending)
            elif did.ends_at is not None:
                acted.pauses[each.play.pk] = _pause_of_wait(each, did.ends_at)
    StepResult.objects.bulk_create(rows, batch_size=1000)
    return acted


def _result_row(each: DueStep, did: Did, now: datetime) -> StepResult:
    return StepResult(
        play_id=each.play.pk,
        step_id=each.step.pk,
        began_at=now,
        ends_at=did.ends_at,
        ended_at=now if did.ending else None,
        ending=did.ending or "",
        detail=did.detail[:200],
    )


def _pause_of_wait(each: DueStep, ends_at: datetime) -> Pause:
    return Pause(ends_at, is_watched=_action_of_kind(each, Wait).is_watched)


def end_waits(*, plays: Sequence[Play], context: Opening) -> Acted:
    """Of the waits that these plays are in: those that are over, or whose condition is met, and
    those that go on."""
    acted = Acted()
    steps = {step.pk: step for own in context.steps.values() for step in own}
    by_id = {play.pk: play for play in plays}
    begun = list(
        StepResult.objects.filter(play__in=by_id, ended_at__isnull=True, ends_at__isnull=False)
    )
    waits = [DueStep(by_id[row.play_id], steps[row.step_id], context.now) for row in begun]
    met = _steps_that_fit(
        [(each, until) for each in waits if (until := _action_of_kind(each, Wait).until)], context
    ) | _waits_ended_by_signal(waits, begun)
    for row, each in zip(begun, waits, strict=True):
        if row.ends_at is None:
            continue
        if row.ends_at <= context.now:
            row.ended_at, row.ending = row.ends_at, StepEnding.OVER
        elif each.key in met:
            row.ended_at, row.ending = context.now, StepEnding.MET
        else:
            acted.pauses[row.play_id] = _pause_of_wait(each, row.ends_at)
            continue
        acted.ended[each.key] = Finish(row.ended_at, row.ending)
    ended = [row for row in begun if row.ending]
    StepResult.objects.bulk_update(ended, ["ended_at", "ending"], batch_size=1000)
    return acted


def _waits_ended_by_signal(waits: Sequence[DueStep], begun: Sequence[StepResult]) -> set[Key]:
    """Those that a signal which they wait for has ended since they began."""
    signals = {
        each.key: (row.began_at, frozenset(wait.signals))
        for each, row in zip(waits, begun, strict=True)
        if (wait := _action_of_kind(each, Wait)).signals
    }
    if not signals:
        return set()
    asked = [each for each in waits if each.key in signals]
    heard = facts.signals_received(
        account_ids={each.play.account_id for each in asked},
        kinds={kind for _, kinds in signals.values() for kind in kinds},
    )
    return {
        each.key
        for each in asked
        for kind, at in heard.get(each.play.account_id, ())
        if kind in signals[each.key][1] and at > signals[each.key][0]
    }


def _action_of_kind(each: DueStep, kind: type[Kind]) -> Kind:
    action = each.step.does
    if not isinstance(action, kind):
        raise TypeError(f"step {each.step.pk} is no {kind.__name__}")
    return action


def _steps_that_fit(asked: Sequence[tuple[DueStep, Conditions]], context: Opening) -> set[Key]:
    """Whose account is as asked, as it stands now."""
    if not asked:
        return set()
    ids = sorted({each.play.account_id for each, _ in asked})
    day = context.directory.day
    account_states = facts.account_states(account_ids=ids, csms={}, day=day)
    behaviour = read_behaviour(
        plays=[(each.play.account_id, each.play.opened_day) for each, _ in asked],
        asked={conditions for _, conditions in asked},
        day=day,
    )
    is_renewed: dict[int, bool] = {}
    if any(conditions.contract_renewed is not None for _, conditions in asked):
        is_renewed = contracts_renewed({each.play.pk for each, _ in asked})
    return {
        each.key
        for each, conditions in asked
        if fits(
            conditions=conditions,
            account_state=account_states[each.play.account_id],
            contract=str(each.play.saw.get("contract", "")),
            behaviour=replace(
                behaviour.of(each.play.account_id, since=each.play.opened_day),
                began_with=str(each.play.saw.get("kind", "")),
                contract_renewed=is_renewed.get(each.play.pk),
            ),
        )
    }


def _begin_waits(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    begun = {}
    for each in due:
        wait = _action_of_kind(each, Wait)
        ends = wait_ends(start=context.now, lasts=wait.lasts, calendar=context.calendar)
        begun[each.key] = Did(None, ends_at=ends)
    return begun


def _take_branches(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    fitting = _steps_that_fit(
        [(each, _action_of_kind(each, Branch).condition) for each in due], context
    )
    return {
        each.key: Did(StepEnding.FITS if each.key in fitting else StepEnding.OTHER) for each in due
    }


def _change_field(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    by_change: dict[ChangeField, list[DueStep]] = defaultdict(list)
    for each in due:
        by_change[_action_of_kind(each, ChangeField)].append(each)
    done = {}
    for change, steps in by_change.items():
        changed = change_accounts(
            account_ids=[each.play.account_id for each in steps],
            field=change.field,
            value=change.value,
            day=context.directory.day,
            now=context.now,
        )
        words = f"{word(change.field)}: {word(change.value)}"
        for each in steps:
            if (is_changed := changed.get(each.play.account_id)) is not None:
                ending = StepEnding.CHANGED if is_changed else StepEnding.UNCHANGED
                done[each.key] = Did(ending, words)
    return done


def _assign_functions(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    """Of the function's pool, who comes to the team today; who has the function keeps it."""
    directory = context.directory
    functions = dict(Function.objects.values_list("key", "pk"))
    done, members = {}, []
    for each in due:
        account_id = each.play.account_id
        function = directory.settled_role(each.step.owner_role)
        team = directory.teams[account_id]
        if function in team:
            done[each.key] = Did(StepEnding.HELD, label(function))
            continue
        person = directory.owner_for(role=function, account_id=account_id)
        if person is None or function not in functions:
            done[each.key] = Did(StepEnding.NOBODY, label(function))
            continue
        team[function] = person
        done[each.key] = Did(StepEnding.ASSIGNED, label(function))
        members.append(
            TeamMember(
                account_id=account_id,
                person_id=person,
                function_id=functions[function],
                since=directory.day,
                learned_at=context.now,
            )
        )
    # Who joins later, or was placed by another worker, keeps the place.
    TeamMember.objects.bulk_create(members, ignore_conflicts=True)
    return done


def _notify_people(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    done, messages = {}, []
    for each in due:
        play, step = each.play, each.step
        person = context.directory.owner_for(role=step.owner_role, account_id=play.account_id)
        if person is None:
            done[each.key] = Did(StepEnding.NOBODY, label(step.owner_role))
            continue
        done[each.key] = Did(StepEnding.TOLD, label(step.owner_role))
        messages += notice(
            key=f"play:{play.pk}:step:{step.pk}",
            user_id=person,
            account=context.account(play),
            subject=step.title,
            body="\n\n".join(text for text in (step.guidance, play.why) if text),
            now=context.now,
            by_mail=True,
        )
    post(messages)
    return done


def _write_mails(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    letters = write_letters(due, context)
    post(letters.values())
    return {
        each.key: Did(StepEnding.WRITTEN, letters[each.key].subject)
        if each.key in letters
        else Did(StepEnding.NOBODY, label(each.step.owner_role))
        for each in due
    }


def _start_play(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    """Rings for it: whether it starts is decided as for any signal, and its start record says so.

    A playbook that this play came from is not asked again: two could start each other for ever.
    """
    in_force = dict(
        Playbook.objects.filter(state=Playbook.State.PUBLISHED).values_list("key", "name")
    )
    done, signals = {}, []
    for each in due:
        play, asked = each.play, _action_of_kind(each, StartPlay)
        chain = [*play.saw.get("chain", ()), play.playbook_key]
        if asked.playbook not in in_force:
            done[each.key] = Did(StepEnding.REFUSED, f"“{asked.playbook}” is not in force")
        elif asked.playbook in chain:
            done[each.key] = Did(StepEnding.REFUSED, f"“{in_force[asked.playbook]}” led here")
        else:
            done[each.key] = Did(StepEnding.ASKED, in_force[asked.playbook])
            note = f"asked for by “{context.rules[play.playbook_id].name}”"
            payload = {"playbook": asked.playbook, "chain": chain, "note": note}
            kind, key = SignalKind.PLAY_ASKED, f"{play.pk}:{each.step.pk}"
            signals.append(NewSignal(play.account_id, kind, key, context.now, payload))
    emit(signals)
    return done


def _hold_out(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    done = {}
    for each in due:
        held = _action_of_kind(each, HoldOut)
        is_out = is_held_out(
            playbook=each.play.playbook_key,
            account_id=each.play.account_id,
            percent=held.percent,
        )
        ending = StepEnding.HELD_OUT if is_out else StepEnding.TREATED
        done[each.key] = Did(ending, f"{held.percent} of 100 accounts")
    return done


def _request_surveys(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    """Planned like a survey that a moment asks; nobody: each of its people is held back, or the
    survey is not in force."""
    by_survey: dict[str, list[DueStep]] = defaultdict(list)
    for each in due:
        by_survey[_action_of_kind(each, AskSurvey).survey].append(each)
    done: dict[Key, Did] = {}
    for survey, steps in by_survey.items():
        asked = {each.key: _survey_request(each) for each in steps}
        try:
            answers = request_survey(survey, asked.values(), now=context.now)
        except NoSurveyInForceError:
            done |= {key: Did(StepEnding.NOBODY, f"“{survey}” is not in force") for key in asked}
            continue
        for key, request in asked.items():
            if (answer := answers.get(request)) is not None:
                ending = StepEnding.REQUESTED if answer.planned else StepEnding.NOBODY
                done[key] = Did(ending, answer.in_words())
    return done


def _survey_request(each: DueStep) -> SurveyRequest:
    place = f"play:{each.play.pk}:{each.step.pk}"
    return SurveyRequest(each.play.account_id, occasion=place, asked_by=place)


_DOES: Mapping[StepKind, Callable[[Sequence[DueStep], Opening], dict[Key, Did]]] = {
    StepKind.WAIT: _begin_waits,
    StepKind.BRANCH: _take_branches,
    StepKind.CHANGE_FIELD: _change_field,
    StepKind.ASSIGN: _assign_functions,
    StepKind.NOTIFY: _notify_people,
    StepKind.MAIL: _write_mails,
    StepKind.START_PLAY: _start_play,
    StepKind.HOLD_OUT: _hold_out,
    StepKind.SURVEY: _request_surveys,
    StepKind.IN_APP: show_in_product,
    StepKind.SLACK: post_to_endpoints,
    StepKind.TEAMS: post_to_endpoints,
    StepKind.WEBHOOK: post_to_endpoints,
}
