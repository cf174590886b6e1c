"""The past as the product would have lived it: scored, played and worked, night by night."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Mod

from accounts.catalogue import DIRECT_SOURCE
from accounts.loading.change_signals import emit_events
from accounts.models import Account, BusinessEvent, InAppSite, OutboxMessage, Touch
from accounts.work.customer_mail import SHOWN_FOR
from accounts.work.outbox import TOO_LATE
from cs_platform.demo import signals
from cs_platform.demo.desk import lay_out_desk
from cs_platform.demo.fact_loader import leave_connection
from cs_platform.demo.letters import send_letters
from cs_platform.demo.notebooks import write_notebooks
from cs_platform.demo.overrides import overrule, overruling_day
from cs_platform.demo.reviews import review_risks
from cs_platform.demo.task_history import WorkingDays
from cs_platform.models import StepRun
from cs_platform.scheduling import schedule
from health.recompute import close_day, score_history
from health.recompute.readiness import emit_takeovers, is_look_day, look_at_readiness
from playbooks.engine import advance_plays, emit_moments, fire_signals

CLOSES_AT = time(0, 15)
BATCH = 2_000
UNREAD = timedelta(days=2)
# Looks of half a year, so many accounts at a time.
LOOK_BACK_DAYS, LOOKED_AT = 182, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`scored` days end with the last day of facts; plays begin on the first of `played`."""

    scored: list[date]
    played: list[date]
    seed: int
    processes: int


def history_of(
    *, first_day: date, last_day: date, seed: int, processes: int, days: int | None, play_days: int
) -> History:
    """`days` limits how far back is scored, `play_days` how far back playbooks were in use."""
    span = (last_day - first_day).days + 1
    kept = span if days is None else min(days, span)
    scored = [last_day - timedelta(days=n) for n in reversed(range(kept))]
    return History(scored=scored, played=scored[-play_days:], seed=seed, processes=processes)


def score_all(history: History, *, now: datetime) -> int:
    """Every night of the past, each as it was known then; accounts are shared by the processes.

    Shares go by the remainder of the id, as the locks of first scores do: nobody waits.
    """
    overruled_on = overruling_day(history.scored)
    before = [day for day in history.scored if overruled_on and day < overruled_on]
    scored = _score_days(before, history=history, now=now)
    if overruled_on:
        overrule(day=overruled_on)
    scored += _score_days(history.scored[len(before) :], history=history, now=now)
    for day in history.scored:
        close_day(day=day, now=night_after(day))
    return scored


def look_back(history: History) -> int:
    """Every weekly look of the last half year at who is ready for an expansion, each as it was
    known then."""
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    days = [day for day in history.scored[-LOOK_BACK_DAYS:] if is_look_day(day)]
    batches = [ids[start : start + LOOKED_AT] for start in range(0, len(ids), LOOKED_AT)]
    made = 0
    for day in days:
        for batch in batches:
            made += look_at_readiness(day=day, account_ids=batch, now=night_after(day))
        emit_takeovers(day=day)
    return made


def _score_days(days: list[date], *, history: History, now: datetime) -> int:
    if not days:
        return 0
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    shares = [
        share
        for n in range(history.processes)
        if (share := [pk for pk in ids if pk % history.processes == n])
    ]
    work = partial(_score_accounts, days=days, now=now)
    if len(shares) == 1:
        return sum(map(work, shares))
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(len(shares), mp_context=fork, initializer=leave_connection) as pool:
        return sum(pool.map(work, shares))


def _score_accounts(account_ids: list[int], *, days: list[date], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    return score_history(days=days, account_ids=account_ids, now=now, closes=False).scored


def live_through(history: History, *, on_progress: Callable[[str], None]) -> None:
    """Fires, advances and works the nights on which playbooks were in use, in their order.

    What was emitted before is stamped as historic. A night reads only what was there by
    then and sees the scores of its own day.
    """
    if not history.played:
        return
    _fire_as_historic(night_after(history.played[0] - timedelta(days=1)), until=history.played[0])
    people = WorkingDays(seed=history.seed)
    for number, day in enumerate(history.played, start=1):
        now = night_after(day)
        signals.emit_day(day=day)
        _emit_learned(day)
        signals.emit_onboardings(day=day)
        signals.emit_answers(day=day)
        emit_moments(closed=day, day=day + timedelta(days=1))
        signals.show_as_of(day=day)
        _fire_until_empty(now)
        advance_plays(limit=100_000, now=now)
        if day != history.played[-1]:
            review_risks(day=day + timedelta(days=1))
            people.work(day=day + timedelta(days=1))
            send_letters(until=night_after(day + timedelta(days=1)))
        if number % 30 == 0:
            on_progress(f"{number} of {len(history.played)} nights with plays")
    lay_out_desk(day=history.played[-1])
    write_notebooks(seed=history.seed, days=history.played)


def settle(history: History) -> None:
    """What was sent in the past has been sent, most of it read; the last night is through."""
    last = history.scored[-1]
    now = night_after(last)
    shown = OutboxMessage.objects.filter(
        channel=OutboxMessage.Channel.IN_APP, contact__isnull=False
    )
    send_letters(until=now)
    _look_in_product(shown, now=now)
    messages = OutboxMessage.objects.filter(next_at__lte=now).exclude(pk__in=shown.values("pk"))
    new, held = OutboxMessage.State.NEW, OutboxMessage.State.HELD
    messages = messages.filter(Q(state=new) | Q(state=held, next_at__lt=now - UNREAD))
    messages.filter(contact=None, next_at__lt=now - UNREAD).update(
        read_at=F("next_at") + timedelta(hours=9)
    )
    messages.update(state=OutboxMessage.State.SENT, sent_at=F("next_at"))
    schedule.plan(day=last)
    # The steps were not run one by one, so nothing is claimed of what each did or took.
    StepRun.objects.filter(day=last).update(planned_at=now, finished_at=now)


def _look_in_product(messages: QuerySet[OutboxMessage], *, now: datetime) -> None:
    """Of the messages for customers' people in five that are old news one was seen by nobody and
    four were, of which one led further; the others wait in the product of the demo company."""
    site = InAppSite.objects.filter(source=DIRECT_SOURCE).first()
    if site is None:
        site = InAppSite(source_id=DIRECT_SOURCE)
        site.take_new_secret(now=datetime.now(UTC))
        site.save()
    old = messages.annotate(fifth=Mod("pk", 5)).filter(valid_until__lte=now)
    old.filter(fifth=0).update(state=OutboxMessage.State.SUPPRESSED, reason=TOO_LATE)
    seen = old.exclude(fifth=0)
    first = F("next_at") - SHOWN_FOR + timedelta(days=1)
    seen.update(state=OutboxMessage.State.SENT, sent_at=first, reason="")
    Touch.objects.bulk_create(
        Touch(message=each, account=each.account, contact=each.contact, at=each.sent_at or now)
        for each in seen.select_related("account", "contact")
    )
    seen.filter(fifth=1).update(clicked_at=first + timedelta(minutes=2))
    seen.exclude(fifth=1).update(dismissed_at=first + timedelta(minutes=1))


def night_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), CLOSES_AT, tzinfo=UTC)


def _fire_as_historic(now: datetime, *, until: date) -> None:
    """Stamps what was emitted before plays began as historic; what comes later is kept back."""
    signals.keep_back(since=until)
    _fire_until_empty(now + timedelta(days=8))


def _fire_until_empty(now: datetime) -> None:
    while fire_signals(limit=BATCH, now=now):
        pass


def _emit_learned(day: date) -> None:
    begin = datetime.combine(day, time(), tzinfo=UTC)
    learned = BusinessEvent.objects.filter(
        learned_at__gte=begin, learned_at__lt=begin + timedelta(days=1)
    )
    emit_events(list(learned.order_by("pk").values_list("pk", flat=True)))
