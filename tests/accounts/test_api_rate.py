"""So many requests a minute and key: counted in Postgres, told on every answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client

from accounts.models import ImportRun, KeyWindow
from tests.accounts.bulk import ACCOUNTS, is_problem, make_key, post
from tests.accounts.loading import account

LIMIT = 5


@pytest.fixture(autouse=True)
def _few_requests(settings):
    settings.API_RATE = LIMIT


def _allowance(answer) -> tuple[int, int]:
    assert answer["RateLimit-Policy"] == f'"key";q={LIMIT};w=60'
    name, left, seconds = answer["RateLimit"].split(";")
    assert name == '"key"'
    return int(left.removeprefix("r=")), int(seconds.removeprefix("t="))


@pytest.mark.django_db
def test_every_answer_says_what_is_left_and_one_more_is_refused(token):
    left = [_allowance(post(ACCOUNTS, [account()], token))[0] for _ in range(LIMIT)]
    assert left == [4, 3, 2, 1, 0]
    runs = ImportRun.objects.count()
    refused = post(ACCOUNTS, [account()], token)
    assert is_problem(refused, 429) == "rate_limited"
    none, seconds = _allowance(refused)
    assert none == 0
    assert 1 <= seconds <= 60
    assert refused["Retry-After"] == str(seconds)
    assert ImportRun.objects.count() == runs
    assert post(ACCOUNTS, [account()], make_key()).status_code == 200  # a count of its own


@pytest.mark.django_db
def test_a_refused_key_may_go_on_after_its_minute_and_no_earlier(token):
    for _ in range(LIMIT + 3):
        post(ACCOUNTS, [account()], token)
    KeyWindow.objects.update(began_at=F("began_at") - timedelta(seconds=50))
    cache.clear()  # what is thrown away here forgets no limit
    refused = post(ACCOUNTS, [account()], token)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 10
    KeyWindow.objects.update(began_at=F("began_at") - timedelta(seconds=11))
    assert _allowance(post(ACCOUNTS, [account()], token))[0] == LIMIT - 1


@pytest.mark.django_db
def test_every_endpoint_counts_and_a_refusal_says_what_is_left_too(token):
    headers = {"Authorization": f"Bearer {token}"}
    answers = [Client().get("/api/v1/schema/", headers=headers), post(ACCOUNTS, b"nope", token)]
    answers.append(Client().get("/api/v1/imports/1/", headers=headers))
    assert [answer.status_code for answer in answers] == [200, 400, 404]
    assert [_allowance(answer)[0] for answer in answers] == [4, 3, 2]


@pytest.mark.django_db
def test_without_a_limit_or_a_key_nothing_is_counted(settings, token):
    assert "RateLimit" not in Client().get("/api/v1/schema/")
    settings.API_RATE = 0
    assert "RateLimit" not in post(ACCOUNTS, [account()], token)
    assert not KeyWindow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_counted_one_by_one():
    token = make_key()

    def ask(_: int) -> int:
        try:
            return post(ACCOUNTS, b"nope", token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(20)))
    assert (statuses.count(400), statuses.count(429)) == (LIMIT, 20 - LIMIT)
