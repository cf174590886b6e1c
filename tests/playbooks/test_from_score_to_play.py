"""The words health writes into a signal are those playbooks read: facts in, a task out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Signal, SignalDelivery, Ticket, UsageDay, UserMonth
from cs_platform.scheduling import invariants
from health.models import CurrentHealth, Scorecard
from health.publishing import copy_to_draft, publish
from health.queries.scorecards import in_force
from health.recompute import recompute
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, PlayStart, Task
from tests.cards import install_cards
from tests.health import builders as make
from tests.health.builders import DAY, NOW
from tests.playbooks.conftest import NOW as HOUSE_NOW


@pytest.fixture
def account(house):
    """Alice's, and healthy: uses everything, pays, talks; two champions and an executive."""
    install_cards(now=HOUSE_NOW)
    account = make.make_account(owner=house.people["alice"], arr_minor=30_000_00)
    make.use(account, make.make_feature(), days_ago=range(-1, 125), events=10)
    make.be_active(account, "ada", days_ago=range(-1, 60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    people = [make.make_contact(account, level="vp", roles=["champion"]) for _ in range(2)]
    make.talk(account, days_ago=400)
    for days_ago in (1, 5, 9):
        make.talk(account, *people, days_ago=days_ago, is_commercial=True)
    make.invoice(account, due_days_ago=300, paid_days_ago=300)
    recompute(day=DAY, now=NOW)
    assert CurrentHealth.objects.get(account=account).band == "healthy"
    return account


def fire(now=NOW):
    return fire_signals(limit=100, now=now)


def burden(account):
    for _ in range(12):
        make.open_ticket(account, days_ago=0, category="defect", topic="sync")
    recompute(day=DAY, now=NOW)


def test_a_fall_of_the_score_becomes_a_check_in(account):
    burden(account)
    current = CurrentHealth.objects.get(account=account)
    assert current.band == "watch"

    fire()

    assert list(PlayStart.objects.values_list("playbook_key", "result")) == [
        ("healthy_to_watch", "started")
    ]
    task = Task.objects.get()
    assert task.owner.name == "alice"
    assert f"→ {current.score}, healthy → watch on 30 Jun 2025" in task.why
    assert Play.objects.get().saw["score"] == str(current.score)


def test_a_rise_ends_the_play_as_recovered(account):
    burden(account)
    fire()
    later = NOW + timedelta(days=1)
    Ticket.objects.filter(category="defect").delete()
    recompute(day=DAY + timedelta(days=1), now=later)

    fire(later)
    advance_plays(limit=100, now=later)

    play = Play.objects.get()
    assert (play.state, play.outcome) == ("closed", "recovered")
    assert Task.objects.get().state == "closed_by_itself"


def without_alert_lines():
    """Publishes every scorecard anew without a single alert line, the last band below 60."""
    for card in in_force().values():
        draft = copy_to_draft(scorecard=Scorecard.objects.get(pk=card.id), now=NOW)
        draft.alert_lines.all().delete()
        draft.bands.filter(key="watch").update(lower=60)
        publish(scorecard=draft, user=None, reason="No lines", now=NOW)


def test_score_below_40_starts_under_a_scorecard_that_has_no_line_at_40(account):
    without_alert_lines()
    recompute(day=DAY, now=NOW)
    fall_in_steps(account, last=Decimal(40))

    fire()

    started = PlayStart.objects.filter(result="started").latest("pk")
    assert (started.playbook_key, started.trigger_key) == ("at_risk", "below_40")
    assert "starts on a score below 40." in started.why


def fall_in_steps(account, *, last):
    """First out of every band, then, within the last band, below the line."""
    account.interactions.all().delete()
    account.contacts.update(roles=[])
    burden(account)
    current = CurrentHealth.objects.get(account=account)
    assert (current.band, current.score > last) == ("intervene", True)
    UsageDay.objects.filter(account=account).delete()
    UserMonth.objects.filter(account=account).delete()
    make.move_arr(account, -15_000, days_ago=2, kind="contraction")
    make.invoice(account, due_days_ago=70)
    recompute(day=DAY, now=NOW)
    assert CurrentHealth.objects.get(account=account).score < last


def test_a_signal_that_cannot_be_read_stops_itself_and_says_so(house, caplog):
    good, bad = house.account("good"), house.account("bad")
    house.falls(good, "watch")
    broken = house.falls(bad, "watch")
    payload = broken.payload | {"group": broken.payload["crossing_group"]}
    del payload["crossing_group"]
    Signal.objects.filter(pk=broken.pk).update(payload=payload)

    assert fire_signals(limit=100, now=HOUSE_NOW) == 2

    assert [start.account for start in PlayStart.objects.all()] == [good]
    delivery = SignalDelivery.objects.get(signal=broken)
    wrong = "“crossing_group” is missing; “group” is unknown"
    assert (delivery.outcome, delivery.reason) == ("refused", wrong)
    assert caplog.messages == [
        f"signal {broken.pk} of account {bad.pk} cannot be read and starts nothing: {wrong}"
    ]
    assert fire_signals(limit=100, now=HOUSE_NOW) == 0
    asked = invariants.broken(day=HOUSE_NOW.date())
    (found,) = [each for each in asked if each.name == "signals_can_be_read"]
    assert found.examples == (f"signal {broken.pk} health.crossed: {wrong}",)
