"""The dry run of a version: the row, the job that fills it, and what it writes there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import clock
from accounts.models import Account, Installation, User
from accounts.models.scope import AnyOf
from accounts.queries.closest_people import closest_people
from accounts.work import jobs
from health.models import BandOverride
from playbooks.due_dates import Anchor, Offset, Unit
from playbooks.library.definition import PlaybookDefinition
from playbooks.models import DryRun, Play, Playbook
from playbooks.preview import asked_rows
from playbooks.preview.account_slices import states_in_slices
from playbooks.preview.asked_rows import (
    AT_ONCE,
    ask,
    awaited,
    enqueue_turn,
    store_finding,
    store_progress,
)
from playbooks.preview.occasions import occasions_of
from playbooks.triggers.dry_run import (
    DryRunOutcome,
    Past,
    PastSpan,
    PlaySpan,
    dry_run,
    most_on_a_path,
    tally,
)
from playbooks.triggers.kinds import Consent, Mail, StepKind, Wait
from playbooks.triggers.path import Node
from playbooks.triggers.rules import AccountState, OpenPlay, Rule

JOB_KIND = "playbook.dry_run"
DAYS = 90
MOST_LISTED = 2_000


@transaction.atomic
def request_dry_run(*, playbook: Playbook, by: User, now: datetime) -> DryRun:
    """In place of an earlier one. Raises PlaybookError where the draft is not complete."""
    playbook.definition()
    today = clock.today()
    asked, is_new = ask(
        DryRun,
        playbook=playbook,
        by=by,
        now=now,
        since=today - timedelta(days=DAYS - 1),
        until=today,
    )
    if is_new and Account.objects.count() <= AT_ONCE:
        fill(asked, now=now)
    elif is_new:
        enqueue_turn(asked, kind=JOB_KIND)
    return asked


def work_dry_run(claim: jobs.Claim) -> None:
    """The handler. Begun again after a worker died, it begins at the start."""
    asked = awaited(DryRun, claim)
    if asked is not None:
        fill(asked, now=clock.now(), claim=claim)


give_up = partial(asked_rows.give_up, DryRun)
revive = partial(asked_rows.revive, DryRun)


def fill(asked: DryRun, *, now: datetime, claim: jobs.Claim | None = None) -> None:
    """The draft as it stands now: the revision that is read is the one that is kept."""
    with transaction.atomic():
        drafts = Playbook.objects.select_for_update(no_key=True)
        playbook = drafts.prefetch_related("steps").get(pk=asked.playbook_id)
    definition = playbook.definition()
    rule = playbook.rule(is_sequence=definition.is_sequence)
    zone = Installation.current().zone
    occasions = occasions_of(rule, since=asked.since, until=asked.until, zone=zone)
    ids = sorted({each.account_id for each in occasions})
    length = length_of(definition)
    outcomes = dry_run(
        occasions=occasions,
        rule=rule,
        account_states=_states_by_account(ids, rule, asked, claim),
        pasts=_pasts_by_account(ids, rule, asked),
        length=length,
    )
    asked.revision, asked.finished_at = playbook.revision, now
    asked.result = _dry_run_result(definition, outcomes, asked) | {"length": length.days}
    with transaction.atomic():
        store_finding(
            asked,
            claim,
            revision=asked.revision,
            finished_at=now,
            result=asked.result,
            total=len(ids),
            done=len(ids),
        )


def length_of(definition: PlaybookDefinition) -> timedelta:
    """How long a play is taken to run: what it promises, else until its last step is due."""
    if definition.sla_days:
        return timedelta(days=definition.sla_days)
    latest = reached = 0.0
    for step in definition.steps:
        if isinstance(step.action, Wait):
            reached += _days_of_offset(step.action.lasts)
        elif step.due.anchor is Anchor.PREVIOUS_STEP:
            reached += _days_of_offset(step.due)
        elif step.due.anchor is Anchor.START:
            reached = max(reached, _days_of_offset(step.due))
        latest = max(latest, reached)
    return timedelta(days=max(1, round(latest)))


def _days_of_offset(due: Offset) -> float:
    """In calendar days: of seven five are worked."""
    worked = {Unit.HOURS: due.amount / 24, Unit.BUSINESS_DAYS: float(due.amount)}
    return due.amount if due.unit is Unit.CALENDAR_DAYS else worked[due.unit] * 7 / 5


def _states_by_account(
    ids: Sequence[int], rule: Rule, asked: DryRun, claim: jobs.Claim | None
) -> dict[int, AccountState]:
    found: dict[int, AccountState] = {}
    for part in states_in_slices(ids, rule=rule, day=asked.until):
        found |= part
        store_progress(asked, claim, done=len(found), total=len(ids))
    return found


def _pasts_by_account(ids: Sequence[int], rule: Rule, asked: DryRun) -> dict[int, Past]:
    zone = Installation.current().zone

    def begins(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), tzinfo=zone)

    overrides: dict[int, list[PastSpan]] = {}
    rows = BandOverride.objects.filter(AnyOf("account", ids), expires_on__gte=asked.since)
    for each in rows:
        ends = begins(each.expires_on + timedelta(days=1))
        span = PastSpan(begins(each.starts_on), min(ends, each.ended_at or ends))
        overrides.setdefault(each.account_id, []).append(span)
    plays: dict[int, list[PlaySpan]] = {}
    ran = Play.objects.filter(AnyOf("account", ids), family=rule.family)
    for play in ran.exclude(playbook_key=rule.key).filter(
        Q(closed_at=None) | Q(closed_at__gte=begins(asked.since))
    ):
        one = OpenPlay(play.playbook_key, play.family, play.severity)
        plays.setdefault(play.account_id, []).append(
            PlaySpan(one, PastSpan(play.opened_at, play.closed_at))
        )
    return {
        account_id: Past(tuple(overrides.get(account_id, ())), tuple(plays.get(account_id, ())))
        for account_id in overrides.keys() | plays.keys()
    }


def _dry_run_result(
    definition: PlaybookDefinition, outcomes: Sequence[DryRunOutcome], asked: DryRun
) -> dict[str, Any]:
    counted = tally(outcomes, since=asked.since, until=asked.until)
    latest = sorted(outcomes, key=lambda each: each.occasion.at, reverse=True)
    return {
        "started": counted.started,
        "queued": counted.queued,
        "suppressed": counted.suppressed,
        "held_back": [list(pair) for pair in counted.held_back],
        "most_a_week": counted.most_a_week,
        "weeks": [[monday.isoformat(), starts] for monday, starts in counted.weeks],
        "accounts": len({each.occasion.account_id for each in outcomes if not each.reason}),
        "tasks": counted.started * tasks_of_a_play(definition),
        **_mail_figures(definition, outcomes),
        "lines": [
            [each.occasion.account_id, each.occasion.at.isoformat(), each.csm_id, each.reason]
            for each in latest[:MOST_LISTED]
        ],
    }


def tasks_of_a_play(definition: PlaybookDefinition) -> int:
    """On the way through it that has most of them."""
    return _most_steps_of_kind(definition, StepKind.TASK)


def _most_steps_of_kind(definition: PlaybookDefinition, *kinds: StepKind) -> int:
    nodes = [Node(step.key, step.edges, step.kind) for step in definition.steps]
    return most_on_a_path(nodes, [int(step.kind in kinds) for step in definition.steps])


def _mail_figures(
    definition: PlaybookDefinition, outcomes: Sequence[DryRunOutcome]
) -> dict[str, Any]:
    """How many messages of these plays, mails and those in the product, one person of a customer
    would get at most, and who."""
    each_play = _most_steps_of_kind(definition, StepKind.MAIL, StepKind.IN_APP)
    starts = Counter(each.occasion.account_id for each in outcomes if not each.reason)
    asks = [step.action for step in definition.steps if isinstance(step.action, Mail)]
    is_asked = bool(asks) and all(each.consent is Consent.GIVEN for each in asks)
    people = closest_people(starts, with_consent=is_asked) if each_play else {}
    most = max(people, key=lambda pk: (starts[pk], -pk), default=None)
    return {
        "mails": each_play * sum(starts[pk] for pk in people),
        "most_mails": 0 if most is None else each_play * starts[most],
        "most_mails_contact": None if most is None else people[most].pk,
    }
