"""Every signal is delivered once to each consumer, whenever it is committed and whoever dies."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Signal, SignalDelivery
from accounts.work.signals import NewSignal, emit, oldest_pending, pending_of, stamp
from playbooks.apps import PlaybooksConfig
from playbooks.engine import fire_signals, oldest_waiting
from playbooks.models import Play, PlayStart
from surveys.apps import SurveysConfig
from tests.playbooks.conftest import NOW, drain, meanwhile

HANDLED, HISTORIC = SignalDelivery.Outcome.HANDLED, SignalDelivery.Outcome.HISTORIC


@pytest.fixture(autouse=True)
def without_surveys(monkeypatch):
    monkeypatch.setattr(SurveysConfig, "signal_consumers", ())


def new(account, key="1", **payload):
    return NewSignal(account.pk, "event.note", key, NOW, payload)


def outcomes():
    deliveries = SignalDelivery.objects.order_by("pk")
    return list(deliveries.values_list("signal__key", "consumer", "outcome"))


def test_a_signal_is_emitted_with_a_delivery_for_every_consumer(house, monkeypatch):
    monkeypatch.setattr(PlaybooksConfig, "signal_consumers", ("playbooks", "webhooks"))
    account = house.account()

    assert emit([new(account, "b"), new(account, "a")]) == 2

    assert outcomes() == [
        ("b", "playbooks", None), ("b", "webhooks", None),
        ("a", "playbooks", None), ("a", "webhooks", None),
    ]  # fmt: skip


def test_a_consumer_is_delivered_only_what_it_hears(house, monkeypatch):
    monkeypatch.setattr(PlaybooksConfig, "signal_consumers", ("playbooks", "webhooks"))
    monkeypatch.setattr(PlaybooksConfig, "signals_heard", {"webhooks": "health."})
    emit([new(house.account())])

    assert outcomes() == [("1", "playbooks", None)]


def test_what_was_emitted_before_is_neither_written_nor_delivered_again(house):
    account = house.account()
    emit([new(account, note="first")])
    fire_signals(limit=10, now=NOW)

    assert emit([new(account, note="again"), new(account, "2"), new(account, "2")]) == 1

    assert list(Signal.objects.order_by("pk").values_list("key", "payload")) == [
        ("1", {"note": "first"}),
        ("2", {}),
    ]
    assert outcomes() == [("1", "playbooks", "handled"), ("2", "playbooks", None)]


def test_consumers_deal_with_a_signal_apart_from_each_other(house, monkeypatch):
    monkeypatch.setattr(PlaybooksConfig, "signal_consumers", ("playbooks", "webhooks"))
    account = house.account()
    emit([new(account)])
    fire_signals(limit=10, now=NOW)
    (pending,) = pending_of("webhooks", account_ids=[account.pk])
    assert (oldest_waiting(), oldest_pending("webhooks")) == (None, pending.signal_id)

    stamp("webhooks", signal_ids=[pending.signal_id], outcome=HANDLED, now=NOW)

    assert outcomes() == [("1", "playbooks", "handled"), ("1", "webhooks", "handled")]
    assert oldest_pending("webhooks") is None


def test_what_is_older_than_seven_days_is_stamped_as_historic_and_starts_nothing(house):
    house.falls(house.account("old"), "watch", at=NOW - timedelta(days=7, seconds=1))
    house.falls(house.account("new"), "watch", at=NOW - timedelta(days=7))

    assert fire_signals(limit=10, now=NOW) == 2

    assert outcomes() == [("1", "playbooks", "historic"), ("2", "playbooks", "handled")]
    assert list(PlayStart.objects.values_list("signal__key", flat=True)) == ["2"]


def test_a_stamp_is_written_once(house):
    emit([new(house.account())])
    signal = Signal.objects.get()
    stamp("playbooks", signal_ids=[signal.pk], outcome=HANDLED, now=NOW)
    stamp("playbooks", signal_ids=[signal.pk], outcome=HISTORIC, now=NOW + timedelta(days=1))

    delivery = SignalDelivery.objects.get()
    assert (delivery.outcome, delivery.handled_at) == ("handled", NOW)


def test_a_sweep_passes_over_what_is_dealt_with(fallen):
    drain()
    assert oldest_waiting() is None

    later = fallen.falls(fallen.account("later"), "watch")
    assert oldest_waiting() == later.pk
    assert fire_signals(limit=50, now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_a_signal_that_was_written_first_and_committed_last_is_heard(house):
    early, late = house.account("early"), house.account("late")
    written, may_commit = threading.Event(), threading.Event()

    def slow_import():
        with transaction.atomic():
            house.falls(early, "watch")
            written.set()
            may_commit.wait(timeout=30)

    with meanwhile(slow_import):
        written.wait(timeout=30)
        newer = house.falls(late, "watch")
        assert fire_signals(limit=50, now=NOW) == 1
        assert (oldest_waiting(), fire_signals(limit=50, now=NOW)) == (None, 0)
        may_commit.set()

    assert oldest_waiting() < newer.pk
    assert fire_signals(limit=50, now=NOW) == 1
    assert Play.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_signal_committed_while_its_account_is_worked_is_left_to_the_next_round(house):
    account = house.account()
    house.falls(account, "watch")

    def one_more(execute, sql, params, many, context):
        if 'UPDATE "accounts_signaldelivery"' in sql:  # what is pending has been read
            with meanwhile(lambda: emit([new(account, "late")])):
                pass
        return execute(sql, params, many, context)

    with connection.execute_wrapper(one_more):
        assert fire_signals(limit=50, now=NOW) == 1

    assert outcomes() == [("1", "playbooks", "handled"), ("late", "playbooks", None)]
    assert fire_signals(limit=50, now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_emit_the_same_at_once_deliver_it_once(house):
    account = house.account()
    with transaction.atomic():
        assert emit([new(account)]) == 1
        rival = threading.Thread(target=lambda: (emit([new(account)]), connection.close()))
        rival.start()  # waits until it is known whether ours is committed
        rival.join(timeout=0.2)
        assert rival.is_alive()
    rival.join(timeout=30)

    assert outcomes() == [("1", "playbooks", None)]
