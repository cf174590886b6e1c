"""What is foreseen of crossings is what firing decides when the same crossings are rung."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from accounts.models import Signal
from health.models import BandOverride, CurrentHealth
from health.signals import CrossingSignal
from playbooks.engine import fire_signals
from playbooks.engine.closures import close_what_is_over
from playbooks.engine.crossing_preview import Foreseen, would_close, would_start
from playbooks.models import Play, Playbook, PlayStart
from playbooks.publishing import copy_to_draft, publish
from tests.playbooks.conftest import NOW

LATER = NOW + timedelta(hours=1)


def outlook():
    """What waits to be rung, as a preview would hand it over."""
    told = {}
    for signal in Signal.objects.order_by("pk"):
        seen = told.setdefault(signal.account_id, [])
        seen.append(CrossingSignal.from_json(signal.payload))
    health = CurrentHealth.objects.in_bulk()
    return {
        pk: Foreseen(health[pk].score, health[pk].band, crossings) for pk, crossings in told.items()
    }


def decided():
    return Counter(
        PlayStart.objects.values_list("account__external_id", "playbook_key", "result", "reason")
    )


def test_the_same_crossings_are_decided_alike_and_foreseeing_writes_nothing(house):
    capped = copy_to_draft(playbook=Playbook.objects.get(key="healthy_to_watch"), now=NOW)
    Playbook.objects.filter(pk=capped.pk).update(cap_per_csm_day=2)
    publish(playbook=capped, by=None, now=NOW)
    for n in range(4):
        house.falls(house.account(f"watch-{n}", arr_minor=1_000_00 * (n + 1)), "watch")
    poor = house.account("poor")
    for into in ("intervene", "line:40", "line:20"):
        house.falls(poor, into, crossing_group="one")
    overruled = house.account("overruled")
    BandOverride.objects.create(
        account=overruled,
        band="healthy",
        reason="We know better",
        starts_on=NOW.date(),
        expires_on=NOW.date() + timedelta(days=9),
        created_by=house.people["alice"],
        created_at=NOW,
    )
    house.falls(overruled, "intervene", is_overridden=True)

    names = {account.pk: name for name, account in house.accounts.items()}
    foreseen = Counter(
        (names[d.account_id], d.rule.key, d.result.value, d.reason)
        for d in would_start(outlook=outlook(), now=LATER)
    )
    assert not PlayStart.objects.exists()
    assert not Play.objects.exists()

    fire_signals(limit=500, now=LATER)
    assert foreseen == decided()
    assert {result for _, _, result, _ in foreseen} == {"started", "queued", "suppressed"}


def test_an_open_play_holds_back_what_is_foreseen(house):
    account = house.account()
    house.falls(account, "watch")
    fire_signals(limit=500, now=NOW)
    house.falls(account, "watch", at=LATER)
    crossing = CrossingSignal.from_json(Signal.objects.last().payload)
    (decision,) = would_start(
        outlook={account.pk: Foreseen(Decimal("71.40"), "watch", [crossing])}, now=LATER
    )

    assert (decision.result.value, decision.reason) == ("suppressed", "open_play")


def test_a_play_that_would_close_closes_when_the_score_is_there(house):
    account = house.account()
    house.falls(account, "watch")
    fire_signals(limit=500, now=NOW)
    better = {account.pk: Foreseen(Decimal("80.00"), "healthy")}
    as_before = {account.pk: Foreseen(Decimal("71.40"), "watch")}

    assert [closing.playbook_key for closing in would_close(outlook=better)] == ["healthy_to_watch"]
    assert list(would_close(outlook=as_before)) == []
    assert Play.objects.get().state == "open"
    house.stands(account, "80.00", "healthy")
    close_what_is_over(limit=10, now=LATER)
    assert Play.objects.get().outcome == "recovered"
