"""Segments and touch tiers are rows: their bounds hold from a day on."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.catalogue import Segment, TouchTier
from accounts.intake.tiers import STARTING_SIZES
from accounts.loading import refresh_accounts
from accounts.models import (
    Account,
    SegmentBound,
    SegmentDefinition,
    TouchTierBound,
    TouchTierDefinition,
    User,
)
from accounts.queries.sizes import segment_ids, size_table, touch_tier_ids
from tests.accounts.loading import DAY, NOW, account, load_raw, movement
from tests.fresh_sign_in import sign_in_freshly

PASSWORD = "a long enough passphrase"
pytestmark = pytest.mark.django_db


def placed(external_id="acme"):
    found = Account.objects.get(external_id=external_id)
    return found.segment, found.touch_tier


def pays(arr):
    load_raw("accounts", account(customer_since="2024-01-01"))
    load_raw("movements", movement("m1", "2024-01-01", "new", arr))


def test_a_new_installation_has_the_segments_and_tiers_of_the_tables():
    assert size_table().on(DAY) == STARTING_SIZES
    assert list(segment_ids()) == [segment.value for segment in Segment]
    assert list(touch_tier_ids()) == [tier.value for tier in TouchTier]


def test_a_bound_holds_from_its_day_on_and_the_days_before_keep_theirs():
    smb = SegmentDefinition.objects.get(key="smb")
    SegmentBound.objects.create(segment=smb, valid_from=DAY, arr_from=8_000)

    assert dict(size_table().on(DAY - timedelta(days=1)).segments)["smb"] == 5_000
    assert dict(size_table().on(DAY).segments)["smb"] == 8_000
    pays("7000.00")
    assert placed() == ("self_serve", "tech")


def test_a_segment_of_ones_own_takes_its_share():
    own = SegmentDefinition.objects.create(key="scale_up")
    SegmentBound.objects.create(segment=own, valid_from=date(2025, 1, 1), arr_from=10_000)
    pays("12000.00")
    assert placed() == ("scale_up", "tech")


def test_a_fourth_tier_is_given_between_the_others():
    pooled = TouchTierDefinition.objects.create(key="pooled")
    TouchTierBound.objects.create(touch_tier=pooled, valid_from=date(2025, 1, 1), score_from=60)
    pays("80000.00")  # score 40 + 65000 ÷ 85000 × 35 = 66.76
    assert placed() == ("mid_market", "pooled")


def test_a_tier_given_to_nobody_any_more_is_left_at_once():
    pays("20000.00")
    assert placed() == ("smb", "low")
    low = TouchTierDefinition.objects.get(key="low")
    TouchTierBound.objects.create(touch_tier=low, valid_from=DAY, score_from=None)

    refresh_accounts(day=DAY, now=NOW)
    assert placed() == ("smb", "tech")


def test_without_any_bound_accounts_stay_where_they_are():
    pays("20000.00")
    SegmentBound.objects.all().delete()
    refresh_accounts(day=DAY, now=NOW)
    assert placed() == ("smb", "low")


def test_ops_give_a_segment_another_bound(client):
    ola = User.objects.create_user("ola@example.test", PASSWORD, name="Ola Ops", role="ops")
    sign_in_freshly(client, ola)
    smb = SegmentDefinition.objects.get(key="smb")
    first = smb.bounds.get()
    change = reverse("admin:accounts_segmentdefinition_change", args=[smb.pk])
    data = {
        "bounds-TOTAL_FORMS": 2,
        "bounds-INITIAL_FORMS": 1,
        "bounds-0-id": first.pk,
        "bounds-0-segment": smb.pk,
        "bounds-0-valid_from": "1990-01-01",
        "bounds-0-arr_from": 5_000,
        "bounds-1-segment": smb.pk,
        "bounds-1-valid_from": "2025-06-01",
        "bounds-1-arr_from": 8_000,
    }
    assert client.post(change, data).status_code == 302
    assert dict(size_table().on(date(2025, 6, 1)).segments)["smb"] == 8_000
    assert (
        b"ARR from 8,000"
        in client.get(reverse("admin:accounts_segmentdefinition_changelist")).content
    )
