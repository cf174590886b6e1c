"""Requests sent again, or at once: done once, answered alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Account, ImportRun, InboxReceipt, UsageDay
from tests.accounts.bulk import ACCOUNTS, USAGE, is_problem, make_key, post, usage
from tests.accounts.loading import account, load_raw
from tests.times import before_now

pytestmark = pytest.mark.django_db


def test_the_same_key_and_body_is_answered_again_and_not_done_again(token):
    first = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    again = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ImportRun.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    answer = post(ACCOUNTS, [account("other")], token, Idempotency_Key="k1")
    assert is_problem(answer, 422) == "idempotency_key_reused"
    assert Account.objects.count() == 1


def test_idempotency_keys_of_two_credentials_never_meet(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    answer = post(ACCOUNTS, [account("other")], make_key(), Idempotency_Key="k1")
    assert answer.json()["created"] == 1


def test_an_idempotency_key_is_free_again_after_a_day(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    InboxReceipt.objects.update(received_at=before_now(hours=25))
    answer = post(ACCOUNTS, [account("other")], token, Idempotency_Key="k1")
    assert answer.json()["created"] == 1


def test_a_refused_request_leaves_its_key_unused(token):
    assert post(ACCOUNTS, b"nope", token, Idempotency_Key="k1").status_code == 400
    assert not InboxReceipt.objects.exists()
    assert post(ACCOUNTS, [account()], token, Idempotency_Key="k1").status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ä", "k" * 256])
def test_an_idempotency_key_is_visible_ascii(token, key):
    answer = post(ACCOUNTS, [account()], token, Idempotency_Key=key)
    assert is_problem(answer, 400) == "idempotency_key"


@pytest.mark.django_db(transaction=True)
def test_racing_repeats_are_done_once():
    token = make_key()

    def send(_: int):
        try:
            answer = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    done = [body for status, body in answers if status == 200]
    assert {status for status, _ in answers} <= {200, 409}
    assert done
    assert all(body == done[0] for body in done)
    assert ImportRun.objects.count() == Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_racing_usage_of_the_same_days_is_counted_once():
    token = make_key()
    load_raw("accounts", account())
    records = [usage(day=f"2025-03-{n:02}", events=n) for n in range(1, 29)]

    def send(step: int):
        try:
            return post(USAGE, records[::step], token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, [1, -1, 1, -1, 1, -1])) <= {200, 409}
    assert {row.day.day: row.events for row in UsageDay.objects.all()} == {
        n: n for n in range(1, 29)
    }


@pytest.mark.django_db(transaction=True)
def test_racing_writers_of_the_same_records_agree():
    token = make_key()
    records = [account(f"a{n}", seats=n) for n in range(50)]

    def send(step: int):
        try:
            return post(ACCOUNTS, records[::step], token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, [1, -1, 1, -1, 1, -1])) <= {200, 409}
    assert Account.objects.count() == 50
