"""What starts no play: no move, history, an override, a recovery, a cooldown."""

from datetime import timedelta

from accounts.catalogue import AccountStatus
from accounts.models import SignalDelivery
from health.models import BandOverride
from playbooks.models import Play
from tests.playbooks.conftest import NOW, fire, starts


def test_a_crossing_that_no_playbook_waits_for_starts_nothing(house):
    house.crosses(house.account(), before="watch", after="healthy", score="78", previous="71")

    assert fire() == 1

    assert starts() == []
    assert SignalDelivery.objects.get().outcome == "handled"


def test_history_is_receipted_and_starts_nothing(house):
    house.falls(house.account(), "watch", at=NOW - timedelta(days=7, minutes=1))

    assert fire() == 1

    assert starts() == []
    assert SignalDelivery.objects.get().outcome == "historic"


def test_history_fired_as_of_its_own_night_starts_plays(house):
    night = NOW - timedelta(days=200)
    house.falls(house.account(), "watch", at=night)

    fire(now=night + timedelta(hours=1))

    assert Play.objects.get().opened_at == night + timedelta(hours=1)


def test_an_overridden_band_suppresses_plays_of_crossings(house):
    account = house.account()
    house.falls(account, "watch")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="Known reorganisation",
        starts_on=NOW.date(),
        expires_on=NOW.date() + timedelta(days=10),
        created_by=house.people["alice"],
        created_at=NOW,
    )

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "override")]


def test_an_override_that_ran_out_suppresses_nothing(house):
    account = house.account()
    house.falls(account, "watch")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="Known reorganisation",
        starts_on=NOW.date() - timedelta(days=10),
        expires_on=NOW.date() - timedelta(days=1),
        created_by=house.people["alice"],
        created_at=NOW,
    )

    fire()

    assert starts() == [("healthy_to_watch", "started", "")]


def test_a_crossing_that_was_overridden_when_written_starts_nothing(house):
    house.falls(house.account(), "watch", is_overridden=True)

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "override")]


def test_what_recovered_before_firing_starts_nothing(house):
    account = house.account()
    house.falls(account, "watch")
    house.stands(account, "80.00", "healthy")

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "recovered")]


def test_a_churned_account_starts_nothing(house):
    house.falls(house.account(status=AccountStatus.CHURNED), "watch")

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "churned")]


def test_the_cooldown_counts_from_the_end_of_the_last_play(house):
    account = house.account()
    house.falls(account, "watch")
    fire()
    Play.objects.update(state="closed", outcome="completed", closed_at=NOW)

    for days in (29, 31):
        later = NOW + timedelta(days=days)
        house.falls(account, "watch", at=later)
        fire(now=later)

    assert starts() == [
        ("healthy_to_watch", "started", ""),
        ("healthy_to_watch", "suppressed", "cooldown"),
        ("healthy_to_watch", "started", ""),
    ]
