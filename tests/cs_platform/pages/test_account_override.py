"""A band set by hand: shown beside the computed one, refused with what to change."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from health.models import BandOverride, CurrentHealth
from tests.page_house import DAY, NOW, POOR, judge, open_tab, show_present


def test_health_says_when_a_band_is_set_by_hand_and_keeps_the_computed_one(
    client, csm, account, card
):
    show_present(judge(account, card, raw=POOR))
    CurrentHealth.objects.update(effective_band="healthy")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="They told us on the phone.",
        starts_on=DAY,
        expires_on=DAY + timedelta(days=7),
        created_by=csm,
        created_at=NOW,
    )
    html = open_tab(client, "account_health", account).content.decode()
    assert "They told us on the phone." in html
    assert "Band set by hand" in html
    assert "The computed band is Intervene" in html


@pytest.fixture
def override(client, account):
    address = reverse("account_override", args=[account.external_id])
    form = {"band": "healthy", "reason": "They told us.", "days": "7"}
    return lambda **changes: client.post(address, {**form, **changes}, follow=True)


def test_a_band_is_set_by_hand_with_a_reason_and_an_end(csm, account, card, override):
    show_present(judge(account, card, raw=POOR))
    html = override().content.decode()
    made = BandOverride.objects.get()
    assert (made.band, made.reason, made.created_by) == ("healthy", "They told us.", csm)
    assert made.expires_on == DAY + timedelta(days=7)
    assert "Set to Healthy until 21 Mar 2025" in html
    assert "The computed band is Intervene, and the score keeps running. Why: They told us." in html
    assert html.count("Band set by hand") == 1
    assert "Band set by hand" not in override(end="1").content.decode()
    made.refresh_from_db()
    assert made.ended_by == csm


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reason": " "}, "Say why the computed band is wrong."),
        ({"days": "365"}, "not one of the available choices"),
        ({"band": "splendid"}, "Choose one of the bands"),
        ({"band": "intervene"}, "The computed band is Intervene already: choose another one."),
    ],
)
def test_an_override_that_makes_no_sense_says_what_to_change(
    csm, account, card, override, changes, problem
):
    show_present(judge(account, card, raw=POOR))
    assert problem in override(**changes).content.decode()
    assert not BandOverride.objects.exists()


def _typed(html):
    band = re.search(r'<option value="([a-z]+)" selected>', html)
    reason = re.search(r'name="reason"[^>]* value="([^"]*)"', html)
    days = re.search(r'<option value="(\d+)" selected>', html)
    return [found.group(1) if found else None for found in (band, reason, days)]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reason": " "}, "Say why the computed band is wrong."),
        ({"days": "365"}, "not one of the available choices"),
        ({"band": "intervene"}, "The computed band is Intervene already: choose another one."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_a_refused_override_comes_back_with_what_was_typed(
    client, csm, account, card, headers, changes, problem
):
    show_present(judge(account, card, raw=POOR))
    form = {"band": "watch", "reason": "Their sponsor has signed.", "days": "14"} | changes
    address = reverse("account_override", args=[account.external_id])
    answer = client.post(address, form, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert problem in html
    assert "toast-error" not in html
    assert ("<!doctype html>" in html) == (not headers)
    kept = [None if form["band"] == "intervene" else "watch", form["reason"], form["days"]]
    assert _typed(html) == [None if word == "365" else word for word in kept]


def test_a_refused_override_stands_on_the_health_page_with_its_links(client, csm, account, card):
    show_present(judge(account, card, raw=POOR))
    address = reverse("account_override", args=[account.external_id])
    html = client.post(address, {"band": "watch", "days": "7"}).content.decode()
    health = reverse("account_health", args=[account.external_id])
    assert f'href="{health}?span=90"' in html
    assert f'href="{health}?since=7#moved"' in html
    assert 'href="?' not in html


def test_a_refused_override_is_shown_beside_the_one_that_holds(client, csm, account, card):
    """Somebody else set one while the form was being filled in."""
    show_present(judge(account, card, raw=POOR))
    address = reverse("account_override", args=[account.external_id])
    client.post(address, {"band": "healthy", "reason": "Renewed.", "days": "7"})
    html = client.post(address, {"band": "watch", "reason": " ", "days": "14"}).content.decode()
    assert "Why: Renewed." in html
    assert "Say why the computed band is wrong." in html
    assert _typed(html)[0] == "watch"


def test_an_override_of_an_account_without_a_score_is_refused_in_words(override, csm):
    assert "This account has not been scored yet." in override().content.decode()
