"""Who or what gets in is decided by somebody who has just given their password."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from accounts import clock
from accounts.admin.confirmation import ConfirmedAdmin
from accounts.keys import create_key
from accounts.models import ApiKey, Installation, OutboxMessage, Pool, Team, User
from tests.fresh_sign_in import sign_in_freshly
from tests.permission_house import everything_stored

PASSWORD = "three brass lanterns"


@pytest.fixture
def ola(db):
    Installation.objects.get_or_create(pk=1)
    return User.objects.create_user("ola@example.test", PASSWORD, name="Ola", role="ops")


@pytest.fixture
def ops(client, ola):
    """Signed in for longer than a password counts."""
    client.force_login(ola, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


def new_person():
    return at("user_add"), {"name": "Nia & “Co”", "email": "nia@example.test", "role": "csm"}


def new_role():
    mira = User.objects.create_user("mira@example.test", name="Mira", role="csm")
    form = {"name": "Mira", "email": mira.email, "role": "manager", "is_active": "on"}
    return at("user_change", mira.pk), form


def link_for_a_password():
    mira = User.objects.create_user("mira@example.test", name="Mira", role="csm")
    return at("user_changelist"), {"action": "send_link", "_selected_action": [mira.pk]}


def new_key():
    return at("apikey_add"), {
        "name": "CRM",
        "scopes": ["ingest:usage", "ingest:tickets"],
        "days": 9,
    }


def revoked_key():
    key, _token = create_key(name="CRM", scopes=["ingest:*"], now=clock.now())
    return at("apikey_changelist"), {"action": "revoke_selected", "_selected_action": [key.pk]}


def new_manager():
    team = Team.objects.create(name="North")
    mira = User.objects.create_user("mira@example.test", name="Mira", role="manager")
    return at("team_change", team.pk), {"name": "North", "managers": [mira.pk]}


def deleted_team():
    return at("team_delete", Team.objects.create(name="North").pk), {"post": "yes"}


def deleted_pools():
    pool = Pool.objects.create(name="East")
    form = {"action": "delete_selected", "_selected_action": [pool.pk], "post": "yes"}
    return at("pool_changelist"), form


def wider_visibility():
    form = {"name": "Acme", "time_zone": "UTC", "currency": "USD", "overdue_grace_days": "1"}
    hours = {"working_days": ["1", "2"], "opens_at": "09:00", "closes_at": "18:00"}
    hours |= {"renewal_lead": "csm", "expansion_lead": "csm", "language": "en"}
    return at("installation_change", 1), form | hours | {"visibility": "all"}


DECISIONS = [
    new_person,
    new_role,
    link_for_a_password,
    new_key,
    revoked_key,
    new_manager,
    deleted_team,
    deleted_pools,
    wider_visibility,
]


def field_values(page):
    """What the browser would send of the page that asks for the password."""
    form = page.split('id="content-main"')[1]
    sent = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form):
        sent.setdefault(name, []).append(unescape(value))
    return sent


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_waits_for_the_password_and_keeps_what_was_typed(ops, decision):
    address, form = decision()
    before = everything_stored()
    asked = ops.post(address, form)
    assert asked.context["title"] == "Confirm that it is you"
    typed = field_values(asked.content.decode())
    wrong = ops.post(address, typed | {"confirm_password": "wrong"})
    assert "This is not your password." in wrong.content.decode()
    assert everything_stored() == before

    typed = field_values(wrong.content.decode())
    assert set(form) <= set(typed)
    ops.post(address, typed | {"confirm_password": PASSWORD})
    assert everything_stored() != before


def test_a_password_counts_for_a_quarter_of_an_hour(client, ola):
    address, form = new_key()
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as now:
        client.post(reverse("login"), {"login": ola.email, "password": PASSWORD})
        now.shift(timedelta(minutes=15))
        client.post(address, form)
        assert ApiKey.objects.count() == 1
        now.shift(timedelta(seconds=1))
        asked = client.post(address, form)
    assert asked.context["title"] == "Confirm that it is you"
    assert ApiKey.objects.count() == 1


def test_wrong_guesses_at_an_open_browser_are_counted_and_lock(ops):
    address, form = new_key()
    answers = [ops.post(address, form | {"confirm_password": "wrong"}) for _ in range(6)]
    assert "signing in is locked" in answers[-1].content.decode()
    locked = ops.post(address, form | {"confirm_password": PASSWORD})
    assert "signing in is locked" in locked.content.decode()
    assert not ApiKey.objects.exists()


def test_mistakes_in_a_form_are_shown_before_the_password_is_asked_for(ops):
    refused = ops.post(at("user_add"), {"name": "Nia", "email": "nia@example.test"})
    assert "This field is required." in refused.content.decode()


def test_without_the_right_nobody_is_asked(client, db):
    eva = User.objects.create_user("eva@example.test", PASSWORD, name="Eva", role="manager")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    address, form = new_key()
    refused = client.post(address, form | {"confirm_password": PASSWORD}, follow=True)
    assert refused.status_code == 403
    assert not ApiKey.objects.exists()


def test_who_has_just_signed_in_is_asked_nothing(client, ola):
    sign_in_freshly(client, ola)
    address, form = new_person()
    client.post(address, form)
    assert OutboxMessage.objects.get().user.email == "nia@example.test"


@pytest.mark.parametrize("model", [User, ApiKey, Team, Pool, Installation])
def test_rooms_that_decide_who_gets_in_ask(model):
    assert isinstance(admin.site._registry[model], ConfirmedAdmin)
