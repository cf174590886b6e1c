"""The dry run on a small history, worked by hand; and each kind of trigger against its days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import yaml

from accounts.models import Contact, Contract, Installation
from accounts.work import jobs
from health.models import BandOverride, ClosedDay, HealthScore, ThresholdCrossing
from playbooks.library.definition_reader import read_definition
from playbooks.models import DryRun, Playbook, PlayStart
from playbooks.preview import dry_runs
from playbooks.preview.occasions import occasions_of
from playbooks.publishing import draft_of, import_playbook
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words
from tests.pure.test_playbooks_library import SMALLEST

FELL = {
    "key": "fell",
    "kind": "crossing",
    "to": ["watch"],
    "recovered_when": {"bands": ["healthy"]},
}
LETTER = {
    "kind": "mail",
    "title": "Write",
    "owner": "csm",
    "consent": "not_refused",
    "mail": {"subject": "Hello", "body": "Text"},
}
WHOLE = SMALLEST | {
    "key": "slipped",
    "triggers": [FELL],
    "sla_days": 10,
    "cooldown_days": 30,
    "cap_per_csm_day": 1,
    "steps": [
        {"key": "first", **LETTER},
        {"key": "large", "kind": "branch", "title": "Large?", "if": {"arr_at_least": 50_000},
         "next": [{"to": "second", "when": ["fits"]}, {"to": "end", "when": ["other"]}]},
        {"key": "second", "kind": "in_app", "title": "Show it", "mail": LETTER["mail"]},
        SMALLEST["steps"][0] | {"key": "call"},
    ],
}  # fmt: skip


def crossed(house, account, day, *, direction="down", to="watch", **more):
    ThresholdCrossing.objects.create(
        account=account,
        day=day,
        seq=1,
        kind="band",
        cause="moved",
        direction=direction,
        from_band="healthy",
        to_band=to,
        subject="score",
        scorecard=house.scorecard,
        created_at=NOW,
        **more,
    )


@pytest.fixture
def history(house):
    """Alice has acme, bolt and dora; Bob has core. Today is Friday 14 March 2025."""
    alice, bob = house.people["alice"], house.people["bob"]
    acme, bolt, dora = (house.account(name, owner=alice) for name in ("acme", "bolt", "dora"))
    core = house.account("core", owner=bob)
    for account, day in (
        (acme, date(2024, 11, 1)),  # before the 90 days
        (acme, date(2025, 1, 6)),  # starts, runs until 16 January
        (acme, date(2025, 1, 10)),  # that play is open
        (acme, date(2025, 2, 3)),  # within its cooldown, until 15 February
        (acme, date(2025, 2, 17)),  # starts again
        (bolt, date(2025, 1, 6)),  # Alice has one that day: waits for room
        (dora, date(2025, 2, 18)),  # starts: Alice's second in that week
        (core, date(2025, 1, 8)),  # overridden
        (core, date(2025, 3, 3)),  # starts
    ):
        crossed(house, account, day)
    crossed(house, core, date(2025, 3, 5), direction="up", to="healthy")
    crossed(house, dora, date(2025, 3, 6), to="intervene")
    BandOverride.objects.create(
        account=core,
        band="healthy",
        reason="We know better",
        starts_on=date(2025, 1, 1),
        expires_on=date(2025, 1, 20),
        created_by=bob,
        created_at=NOW,
    )
    Contact.objects.create(
        account=acme,
        external_id="ann",
        name="Ann",
        email="ann@acme.example",
        met_on=date(2024, 1, 1),
    )
    return import_playbook(text=yaml.safe_dump(WHOLE), now=NOW)


@pytest.fixture(autouse=True)
def today(house):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": NOW.date()})


def test_the_dry_run_is_what_one_works_out_by_hand(history, ops):
    ops.post(at("playbook_dry_run", history.pk))

    told = DryRun.objects.get().result
    assert (told["started"], told["queued"], told["suppressed"]) == (4, 1, 3)
    assert dict(map(tuple, told["held_back"])) == {"open_play": 1, "cooldown": 1, "override": 1}
    assert told["most_a_week"] == 2
    weeks = {day: count for day, count in told["weeks"] if count}
    assert weeks == {"2025-01-06": 1, "2025-02-17": 2, "2025-03-03": 1}
    assert len(told["weeks"]) == 14  # 15 December is a Sunday: its week, and thirteen more
    assert (told["accounts"], told["tasks"], told["length"]) == (3, 4, 10)
    # Two plays, each with a mail and a message in the product on the way that writes most, to
    # the only person known.
    assert (told["mails"], told["most_mails"]) == (4, 4)
    assert not PlayStart.objects.exists()


def test_a_sequence_takes_nobodys_day(history, ops):
    """As above, but all of it goes by itself: no cap makes bolt wait, and no CSM has a week."""
    letter = LETTER | {"send": "by_itself", "owner": "system"}
    steps = [{"key": "first", **letter}, {"key": "second", **letter}]
    text = yaml.safe_dump(WHOLE | {"key": "by_itself", "name": "By itself", "steps": steps})
    draft = import_playbook(text=text, now=NOW)
    ops.post(at("playbook_dry_run", draft.pk))

    told = DryRun.objects.get().result
    assert (told["started"], told["queued"], told["suppressed"]) == (5, 0, 3)
    assert told["most_a_week"] == 0
    assert {line[2] for line in told["lines"]} == {None}


def test_it_is_read_in_words_with_its_list(history, ops):
    ops.post(at("playbook_dry_run", history.pk))
    page = words(ops.get(at("playbook_dry_run", history.pk)))
    assert "started 4 times ; 3 held back, at most 2 a week for one CSM" in page
    assert "1 would have waited for room." in page
    assert "It would send one person up to 4 messages : Ann, acme" in page
    # Four tasks of half an hour in three months of thirty days: 0.67 hours a month.
    assert "Work a month of all CSMs, at half an hour a task 1 h" in page
    assert "Held back: Within the cooldown" in page
    assert "core 3 Mar 2025 bob Would have started" in page


def test_a_draft_that_was_changed_since_says_so(history, ops):
    ops.post(at("playbook_dry_run", history.pk))
    Playbook.objects.filter(pk=history.pk).update(revision=2)
    assert "changed after this dry run" in words(ops.get(at("playbook_dry_run", history.pk)))


def test_a_draft_that_is_not_complete_is_not_tried(ops, draft):
    ops.post(at("playbook_dry_run", draft.pk))
    assert not DryRun.objects.exists()


def test_with_many_accounts_a_job_does_it(history, ops, monkeypatch):
    monkeypatch.setattr(dry_runs, "AT_ONCE", 0)
    ops.post(at("playbook_dry_run", history.pk))
    assert "A worker looks through 90 days" in words(ops.get(at("playbook_dry_run", history.pk)))

    now = datetime.now(UTC) + timedelta(seconds=1)
    (job_id,) = jobs.due_ids(now=now)
    claim = jobs.claim(job_id=job_id, now=now)
    dry_runs.give_up(claim, reason="the disk is full")
    assert "It failed: the disk is full" in words(ops.get(at("playbook_dry_run", history.pk)))
    dry_runs.revive(claim)
    dry_runs.work_dry_run(claim)
    assert DryRun.objects.get().result["started"] == 4
    with pytest.raises(jobs.SettledError):
        dry_runs.revive(claim)


def rule_of(trigger):
    whole = SMALLEST | {"key": "one", "triggers": [{"key": "it", **trigger}]}
    return draft_of(read_definition(whole), NOW).rule()


def days_of(trigger):
    found = occasions_of(
        rule_of(trigger), since=date(2025, 1, 1), until=date(2025, 3, 14), zone=ZoneInfo("UTC")
    )
    return sorted((each.at.date(), each.score) for each in found)


def scored(house, account, *scores, first=date(2025, 1, 1), card=None):
    HealthScore.objects.bulk_create(
        HealthScore(
            account_id=account.pk,
            day=first + timedelta(days=number),
            scorecard=card or house.scorecard,
            score=Decimal(score),
            band="watch",
            confidence=100,
            raw=[],
            readings=[],
            weights=[],
            components=[],
            computed_at=NOW,
        )
        for number, score in enumerate(scores)
    )


def test_a_line_of_the_score_that_nobody_watched_is_read_from_the_scores(house):
    scored(house, house.account(), 50, 45, 39, 38, 41, 40, 39)
    below = {"kind": "score_below", "score": 40}
    assert days_of(below) == [(date(2025, 1, 3), Decimal(39)), (date(2025, 1, 7), Decimal(39))]
    rises = {"kind": "value_passes", "value": 40, "direction": "up"}
    assert days_of(rises) == [(date(2025, 1, 5), Decimal(41))]


def test_a_fall_is_one_while_it_stays_true(house):
    scored(house, house.account(), 80, 80, 80, 60, 59, 58, 58, 58, 38)
    fall = {"kind": "score_falls", "points": 15, "within_days": 3}
    assert [day for day, _ in days_of(fall)] == [date(2025, 1, 4), date(2025, 1, 9)]


def test_signals_count_on_the_day_they_happened(house):
    account = house.account()
    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 14), date(2025, 3, 15)):
        moment = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        house.rings(account, "event.champion_left", at=moment)
    house.rings(account, "event.incident", at=NOW)
    left = {"kind": "signal", "signal": "event.champion_left"}
    assert [day for day, _ in days_of(left)] == [date(2025, 1, 1), date(2025, 3, 14)]


def test_marks_of_contracts_pass_once_and_not_after_notice(house):
    account = house.account()

    def contract(key, **values):
        told = {"starts_on": date(2024, 6, 1), "ends_on": date(2025, 5, 31), "term_months": 12}
        Contract.objects.create(
            account=account,
            external_id=key,
            arr_minor=1,
            currency="USD",
            learned_at=NOW,
            **told | values,
        )

    contract("whole", notice_days=30)
    contract("short", term_months=3)
    contract("gone", notice_given_on=date(2025, 1, 2))
    mark = {"kind": "contract_date", "date": "decision", "days": -90}
    assert [day for day, _ in days_of(mark)] == [date(2025, 1, 31)]
    at_end = {"kind": "contract_date", "date": "end", "days": -90}
    assert [day for day, _ in days_of(at_end)] == [date(2025, 3, 2)]


def test_a_cadence_comes_round_from_the_day_the_customer_came(house):
    house.account(customer_since=date(2023, 10, 31), status="active")
    cadence = {"kind": "cadence", "every_months": 1}
    assert [day for day, _ in days_of(cadence)] == [date(2025, 1, 31), date(2025, 2, 28)]


def test_closed_days_are_read_by_their_latest_revision(house):
    account = house.account()
    scored(house, account, 50, 45)
    ClosedDay.objects.create(day=date(2025, 1, 2), closed_at=NOW)
    HealthScore.objects.create(
        account_id=account.pk, day=date(2025, 1, 2), revision=1, scorecard=house.scorecard,
        score=Decimal(39), band="intervene", confidence=100, raw=[], readings=[], weights=[],
        components=[], computed_at=NOW,
    )  # fmt: skip
    assert days_of({"kind": "score_below", "score": 40}) == [(date(2025, 1, 2), Decimal(39))]
