"""Scorecards in the admin: drafts are edited and published, published ones only looked at."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import User
from health.models import Component, Publication, Scorecard

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def ops(client):
    user = User.objects.create_user("ops@example.test", "x", name="Ola Ops", role="ops")
    client.force_login(user)
    return client


@pytest.fixture
def published():
    return Scorecard.objects.get(key="four_inputs", version=1)


@pytest.fixture
def draft(ops, published):
    response = act(ops, "copy_as_draft", published)
    draft = Scorecard.objects.get(key="four_inputs", version=2)
    assert response.url == change_url(draft)
    return draft


def act(client, action, scorecard):
    data = {"action": action, "_selected_action": [scorecard.pk]}
    return client.post(reverse("admin:health_scorecard_changelist"), data)


def change_url(scorecard):
    return reverse("admin:health_scorecard_change", args=[scorecard.pk])


def filled_in(client, scorecard):
    """The form as the browser would send it back unchanged."""
    response = client.get(change_url(scorecard))
    data = dict(response.context["adminform"].form.initial)
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        for form in [formset.management_form, *formset.initial_forms]:
            for name in form.fields:
                value = form[name].value()
                data[form.add_prefix(name)] = value
    return {key: value for key, value in data.items() if value is not None and value is not False}


def weight_of(scorecard, key):
    """Name of the form field that holds a component's weight."""
    keys = list(
        Component.objects.filter(scorecard=scorecard).order_by("pk").values_list("key", flat=True)
    )
    return f"components-{keys.index(key)}-weight"


def texts(response):
    return [str(message) for message in response.context["messages"]]


def test_a_copied_draft_has_every_part_of_the_original(draft, published):
    for parts in ("components", "measures", "gates", "bands", "alert_lines"):
        assert getattr(draft, parts).count() == getattr(published, parts).count() > 0


def test_a_draft_is_edited_and_published_with_a_reason(ops, draft):
    data = filled_in(ops, draft)
    data[weight_of(draft, "engagement")] = "40"
    data[weight_of(draft, "support")] = "20"
    response = ops.post(
        change_url(draft), {**data, "publish_reason": "Use tells us more"}, follow=True
    )

    draft.refresh_from_db()
    assert response.status_code == 200
    assert texts(response)[0] == "Four inputs, version 2 is in force."
    assert draft.is_published
    assert draft.components.get(key="engagement").weight == Decimal(40)
    latest = Publication.objects.order_by("-id").first()
    assert (latest.scorecard, latest.reason) == (draft, "Use tells us more")
    assert latest.published_by.email == "ops@example.test"


def test_weights_that_do_not_add_up_are_refused_with_what_and_where(ops, draft):
    data = filled_in(ops, draft)
    data[weight_of(draft, "engagement")] = "40"
    response = ops.post(change_url(draft), {**data, "publish_reason": "A try"}, follow=True)

    draft.refresh_from_db()
    assert not draft.is_published
    assert (
        "Components of the top level: weights must add up to 100; "
        "they add up to 105.00 (5.00 too much)"
    ) in texts(response)
    assert draft.components.get(key="engagement").weight == Decimal(40)


def test_a_saved_draft_is_told_what_is_still_wrong(ops, draft):
    data = filled_in(ops, draft)
    data[weight_of(draft, "support")] = "20"
    response = ops.post(change_url(draft), data, follow=True)

    assert any("add up to 95.00" in text for text in texts(response))
    assert texts(response)[-1] == "Four inputs, version 2 is saved."


def test_a_curve_that_cannot_be_read_is_an_error_beside_its_field(ops, draft):
    data = filled_in(ops, draft)
    data["measures-0-curve"] = "0 → 0, 1 → much"
    response = ops.post(change_url(draft), data)

    assert response.status_code == 200
    assert "“much” is not a number" in response.content.decode()


def test_the_publish_button_asks_for_a_reason_and_keeps_the_draft_on_screen(ops, draft):
    data = {**filled_in(ops, draft), "_publish": "1"}
    unsaid = ops.post(change_url(draft), data)
    data[weight_of(draft, "engagement")] = "40"
    refused = ops.post(change_url(draft), {**data, "publish_reason": "Use counts"}, follow=True)

    assert "Say why this version is published." in unsaid.content.decode()
    assert refused.redirect_chain == [(change_url(draft), 302)]
    assert "Publish Four inputs, version 2" in refused.content.decode()
    assert not any("saved" in text for text in texts(refused))


def test_a_published_scorecard_leads_to_one_draft_however_often_it_is_asked(ops, published):
    page = ops.get(change_url(published)).content.decode()
    begin = reverse("admin:health_scorecard_draft", args=[published.pk])
    first, second = ops.post(begin), ops.post(begin)

    draft = Scorecard.objects.get(key="four_inputs", version=2)
    assert f'action="{begin}"' in page
    assert "Edit as a draft" in page
    assert first.url == second.url == change_url(draft)
    assert ops.get(begin).status_code == 405
    assert "Edit as a draft" not in ops.get(change_url(draft)).content.decode()


def test_what_is_tuned_comes_before_what_is_recorded(ops):
    apps = [app["app_label"] for app in ops.get(reverse("admin:index")).context["app_list"]]

    assert apps == ["health", "playbooks", "metrics", "accounts"]


def test_a_published_scorecard_is_read_only(ops, published):
    page = ops.get(change_url(published)).content.decode()
    response = ops.post(change_url(published), {"name": "Other"})

    assert "Publish, because" not in page
    assert 'name="name"' not in page
    assert response.status_code == 403
    assert (
        ops.post(reverse("admin:health_scorecard_delete", args=[published.pk])).status_code == 403
    )


def test_publishing_an_older_version_again_rolls_back(ops, draft, published):
    ops.post(change_url(draft), {**filled_in(ops, draft), "publish_reason": "New"})
    act(ops, "publish_again", published)

    latest = Publication.objects.order_by("-id").first()
    assert latest.scorecard == published
    assert latest.reason == "version 1 again"


def test_a_draft_cannot_be_published_without_opening_it(ops, draft):
    act(ops, "publish_again", draft)

    draft.refresh_from_db()
    assert not draft.is_published


@pytest.mark.parametrize("role", ["csm", "manager", "executive"])
def test_only_ops_come_in(client, published, role):
    client.force_login(User.objects.create_user(f"{role}@example.test", "x", name=role, role=role))

    assert client.get(change_url(published)).status_code in (302, 403)
    assert client.post(change_url(published), {"name": "Mine"}).status_code in (302, 403)
    begin = reverse("admin:health_scorecard_draft", args=[published.pk])
    assert client.post(begin).status_code in (302, 403)
    assert Scorecard.objects.filter(key="four_inputs").count() == 1
    published.refresh_from_db()
    assert published.name == "Four inputs"


def test_pages_have_no_inline_script_or_style(ops, draft):
    page = ops.get(change_url(draft)).content.decode()

    assert " style=" not in page
    assert "<style" not in page
    assert "onclick=" not in page
