"""A band set by hand: shown beside the computed one, refused with what to change."""

from datetime import timedelta

import pytest
from django.urls import reverse

from health.models import BandOverride, CurrentHealth
from tests.cs_platform.pages.conftest import (
    DAY,
    NOW,
    POOR,
    judge,
    open_tab,
    show_present,
)


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
