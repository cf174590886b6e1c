"""What CS ops changes in the admin leaves who, when, and each field from what to what."""

import re
from html import unescape

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from accounts.audit import changes_of, is_tracked
from accounts.models import CurrencyRate, Feature, Holiday, Installation, Plan, Pool, Team, User
from metrics.models import RenewalChance, RetentionTarget
from tests.fresh_sign_in import sign_in_freshly

# Facts, records and versions have rules and pages of their own.
SETTINGS = (
    CurrencyRate,
    Feature,
    Holiday,
    Installation,
    Plan,
    Pool,
    RenewalChance,
    RetentionTarget,
    Team,
    User,
)


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


@pytest.fixture
def ops(client, ola):
    sign_in_freshly(client, ola)
    return client


def history(ops, row):
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])
    page = unescape(ops.get(address).content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split('id="change-history"')[1]))


def test_a_changed_team_says_who_and_from_what_to_what(ops):
    team = Team.objects.create(name="North")
    address = reverse("admin:accounts_team_change", args=[team.pk])
    form = ops.get(address).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    changed = values | {"name": "South", "managers": []}
    assert ops.post(address, changed).status_code == 302

    newest, added = changes_of(team)
    assert (newest.by, newest.action, added.by) == ("Ola Ops", "Changed", None)
    (difference,) = newest.differences
    assert (difference.field, difference.before) == ("Name", "North")
    assert "Ola Ops Changed Name: from North to South" in history(ops, team)


def test_what_was_there_before_the_trail_is_the_before_of_its_first_change(ops):
    target = RetentionTarget.objects.get(rate="nrr", segment="smb")
    RetentionTarget.objects.filter(pk=target.pk).update(low="0.5")

    change = changes_of(target)[0]  # a row that a test before this one put back was added as well
    (difference,) = change.differences
    assert (difference.before, difference.after) == (f"{target.low}", "0.5000")
    assert "An import, a night or a command Changed Low" in history(ops, target)


def test_who_joins_or_leaves_a_team_stands_in_its_history(ops, ola):
    team = Team.objects.create(name="North")
    form = {"name": "North"}
    address = reverse("admin:accounts_team_change", args=[team.pk])
    ops.post(address, form | {"managers": [ola.pk]})
    ops.post(address, form)

    said = [(d.field, d.before, d.after) for c in changes_of(team) for d in c.differences]
    assert said == [("Managers", "Ola Ops", "empty"), ("Managers", "empty", "Ola Ops")]
    assert "Managers: from Ola Ops to empty" in history(ops, team)


def test_a_deleted_setting_leaves_its_last_state(ops, ola):
    holiday = Holiday.objects.create(day="2026-12-25", name="Christmas")
    address = reverse("admin:accounts_holiday_delete", args=[holiday.pk])
    ops.post(address, {"post": "yes"})

    audit = apps.get_model("accounts.HolidayAudit").objects.get(pgh_label="delete")
    assert (audit.name, audit.pgh_context.metadata["user"]) == ("Christmas", ola.pk)


@pytest.mark.parametrize("model", SETTINGS)
def test_every_setting_is_tracked(model):
    assert is_tracked(model)


def test_every_tracked_model_of_the_admin_shows_its_trail():
    rooms = admin.site._registry.items()
    shown = {room.object_history_template for model, room in rooms if is_tracked(model)}
    assert shown == {"admin/audit_history.html"}


def test_the_history_of_a_row_that_is_not_there_says_so(ops):
    missing = ops.get(reverse("admin:accounts_plan_history", args=[404]), follow=True)
    assert "Perhaps it was deleted?" in missing.content.decode()
