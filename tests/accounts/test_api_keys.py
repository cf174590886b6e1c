"""Keys of the API: what they open, how they end, how they are kept."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.keys import create_key, revoke_key
from accounts.models import Account, ApiKey, User
from tests.accounts.bulk import ACCOUNTS, NOW, USAGE, is_problem, make_key, post
from tests.accounts.loading import account

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
    revoked_key, revoked = create_key(name="old", scopes=["ingest:*"], now=NOW)
    assert post(ACCOUNTS, [], orphaned).status_code == 200
    User.objects.update(is_active=False)
    revoke_key(revoked_key, now=NOW)
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
