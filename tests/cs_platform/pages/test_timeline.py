"""The timeline: what is dated, in words that say why."""

from decimal import Decimal

from django.urls import reverse

from health.models import ThresholdCrossing
from tests.cs_platform.pages.conftest import DAY, NOW, sign_in


def test_timeline_says_when_another_scorecard_moved_the_band(client, house, card):
    account = house.accounts["own"]
    sign_in(client, house.people["csm"])
    ThresholdCrossing.objects.create(
        account=account,
        day=DAY,
        seq=1,
        subject="score",
        kind="band",
        from_band="watch",
        to_band="healthy",
        cause="new_scorecard",
        direction="up",
        created_at=NOW,
        scorecard_id=card.id,
        score_before=Decimal("74.10"),
        score_after=Decimal("75.20"),
    )
    (entry,) = client.get(
        reverse("account_timeline", args=[account.external_id]), {"kind": "health"}
    ).context["entries"]
    assert entry.text == "Score 74 to 75, judged by another scorecard or version from here"
