"""Keys of the API: what they open, how they end, how they are kept."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.keys import CannotRollError, create_key, revoke_key, roll_key
from accounts.models import Account, ApiKey, User
from tests.accounts.bulk import ACCOUNTS, USAGE, is_problem, make_key, post
from tests.accounts.loading import account
from tests.times import now

pytestmark = pytest.mark.django_db


def test_a_key_opens_what_its_scope_says():
    narrow = make_key("ingest:usage")
    assert is_problem(post(ACCOUNTS, [account()], narrow), 403) == "permission_denied"
    assert post(USAGE, [], narrow).status_code == 200
    assert not Account.objects.exists()


def test_an_endpoint_that_says_nothing_is_closed(token):
    class Forgotten(APIView):
        def get(self, request):
            return Response({})

    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    answer = Forgotten.as_view()(request).render()
    assert is_problem(answer, 403) == "permission_denied"


def test_dead_keys_open_nothing():
    ada = User.objects.create_user("ada@demo.example", name="Ada", role="ops")
    expired = make_key(lifetime=timedelta(seconds=-1))
    orphaned = make_key(owner=ada)
    revoked_key, revoked = create_key(name="old", scopes=["ingest:*"], now=now())
    assert post(ACCOUNTS, [], orphaned).status_code == 200
    User.objects.update(is_active=False)
    revoke_key(revoked_key, now=now())
    for token in (expired, orphaned, revoked, "cs_live_guess", "", "cs_live_\xe4"):
        assert is_problem(post(ACCOUNTS, [account()], token), 401) == "authentication_failed"
    assert not Account.objects.exists()


def test_a_session_cookie_never_opens_the_api():
    ops = User.objects.create_user("ops@demo.example", name="Ops", role="ops")
    client = Client()
    client.force_login(ops)
    answer = client.post(ACCOUNTS, [account()], content_type="application/json")
    assert is_problem(answer, 401) == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_only_the_hash_of_a_key_is_stored_and_its_use_is_noted(token):
    key = ApiKey.objects.get()
    assert token not in json.dumps(ApiKey.objects.values().get(), default=str)
    assert key.latest_use_at is None
    post(ACCOUNTS, [], token)
    key.refresh_from_db()
    assert key.latest_use_at is not None


def test_the_command_prints_a_key_once(capsys):
    call_command("api_key", "create", "--name", "CRM", "--scope", "ingest:accounts")
    token = capsys.readouterr().out.strip()
    assert post(ACCOUNTS, [account()], token).status_code == 200
    call_command("api_key", "list")
    assert token not in (listed := capsys.readouterr().out)
    assert "ingest:accounts" in listed
    call_command("api_key", "revoke", token[:14])
    assert post(ACCOUNTS, [], token).status_code == 401
    with pytest.raises(CommandError):
        call_command("api_key", "create", "--name", "X", "--scope", "everything")


A_YEAR = timedelta(days=365)


def test_no_key_lives_longer_than_a_year_whoever_makes_it():
    at = now()
    key, _token = create_key(name="CRM", scopes=["ingest:*"], now=at, lifetime=A_YEAR)
    longer = A_YEAR + timedelta(microseconds=1)
    with pytest.raises(IntegrityError, match="api_key_lives_a_year_at_most"), transaction.atomic():
        create_key(name="CRM", scopes=["ingest:*"], now=at, lifetime=longer)
    with pytest.raises(IntegrityError, match="api_key_lives_a_year_at_most"), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(expires_at=at + longer)
    with pytest.raises(CommandError, match="1 to 365"):
        call_command("api_key", "create", "--name", "X", "--scope", "ingest:*", "--days", "366")


def test_a_rolled_key_works_beside_its_successor_for_the_overlap():
    at = now()
    with time_machine.travel(at, tick=False) as moment:
        ada = User.objects.create_user("ada@demo.example", name="Ada", role="ops")
        month = timedelta(days=30)
        old, old_token = create_key(
            name="CRM", scopes=["ingest:usage"], now=at, owner=ada, lifetime=month
        )
        new, new_token = roll_key(old, now=at, overlap=timedelta(hours=24))
        assert (new.name, new.scopes, new.owner, new.source_id, new.replaces) == (
            (old.name, old.scopes, ada, old.source_id, old)
        )
        assert new.expires_at - new.created_at == month
        moment.shift(timedelta(hours=24) - timedelta(seconds=1))
        assert [post(USAGE, [], token).status_code for token in (old_token, new_token)] == [200] * 2
        moment.shift(timedelta(seconds=1))
        assert [post(USAGE, [], token).status_code for token in (old_token, new_token)] == [
            401,
            200,
        ]


def test_an_overlap_never_lengthens_a_life():
    at = now()
    old, _token = create_key(name="CRM", scopes=["ingest:*"], now=at, lifetime=timedelta(hours=2))
    roll_key(old, now=at, overlap=timedelta(days=7))
    old.refresh_from_db()
    assert old.expires_at == at + timedelta(hours=2)


def test_a_key_has_one_successor_and_an_ended_one_none():
    at = now()
    old, _token = create_key(name="CRM", scopes=["ingest:*"], now=at)
    new, _token = roll_key(old, now=at, overlap=timedelta(days=1))
    with pytest.raises(CannotRollError, match=new.prefix):
        roll_key(old, now=at, overlap=timedelta(days=1))
    revoke_key(new, now=at)
    with pytest.raises(CannotRollError, match="has ended: make a new key"):
        roll_key(new, now=at, overlap=timedelta(days=1))
    assert ApiKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_roll_a_key_at_once_make_one_successor():
    at = now()
    old, _token = create_key(name="CRM", scopes=["ingest:*"], now=at)
    start = threading.Barrier(2)

    def roll(_number: int) -> bool:
        try:
            start.wait(timeout=30)
            roll_key(old, now=at, overlap=timedelta(days=1))
        except CannotRollError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(roll, range(2))) == [False, True]
    assert ApiKey.objects.count() == 2


def test_the_command_rolls_and_revokes(capsys):
    call_command("api_key", "create", "--name", "CRM", "--scope", "ingest:usage")
    old = capsys.readouterr().out.strip()
    call_command("api_key", "roll", old[:14], "--overlap-hours", "168")
    new = capsys.readouterr().out.strip()
    assert [post(USAGE, [], token).status_code for token in (old, new)] == [200, 200]
    key = ApiKey.objects.get(replaces=None)
    assert timedelta(days=6) < key.expires_at - key.created_at < timedelta(days=8)
    for hours in ("-1", "721"):
        with pytest.raises(CommandError, match="0 to 720"):
            call_command("api_key", "roll", new[:14], "--overlap-hours", hours)
    with pytest.raises(CommandError, match="rolled already"):
        call_command("api_key", "roll", old[:14])
    call_command("api_key", "revoke", old[:14])
    assert [post(USAGE, [], token).status_code for token in (old, new)] == [401, 200]
