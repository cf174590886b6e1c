"""Days on pages are days of the installation, east and west of Greenwich."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import Installation, Interaction, RevenueMovement
from cs_platform.scheduling.readings import reading
from tests.page_house import add_task, sign_in

AUCKLAND, LOS_ANGELES = "Pacific/Auckland", "America/Los_Angeles"


def be_in(zone):
    Installation.objects.update(time_zone=zone)


@pytest.mark.parametrize("zone", [AUCKLAND, LOS_ANGELES])
def test_a_snoozed_task_says_the_local_day_it_comes_back_on(client, house, csm, zone):
    be_in(zone)
    task = add_task(house.accounts["own"], csm, title="Call")
    page = client.post(reverse("task_snooze", args=[task.pk]), {"days": "1"}, follow=True)
    # Frozen on Friday 14 March; the next working day is Monday.
    assert "Back on 17 Mar 2025." in page.content.decode()


@pytest.mark.parametrize(
    ("zone", "agreed"), [(AUCKLAND, "5 Mar 2025"), (LOS_ANGELES, "4 Mar 2025")]
)
def test_a_promise_was_made_on_the_local_day(client, house, csm, zone, agreed):
    be_in(zone)
    Interaction.objects.create(
        account=house.accounts["own"],
        external_id="i-1",
        kind_id="call",
        occurred_at=datetime(2025, 3, 4, 20, tzinfo=UTC),
        next_step="Send the plan",
    )
    assert f"Agreed on {agreed}; nobody has spoken since." in client.get(
        reverse("today")
    ).content.decode().replace("\n", " ")


@pytest.mark.parametrize(
    ("zone", "learned"), [(AUCKLAND, date(2025, 3, 5)), (LOS_ANGELES, date(2025, 3, 4))]
)
def test_a_movement_was_learned_on_the_local_day(client, house, csm, zone, learned):
    be_in(zone)
    RevenueMovement.objects.create(
        account=house.accounts["own"],
        effective_on=date(2025, 1, 31),
        kind="new",
        amount_minor=1_00,
        currency="USD",
        recorded_at=datetime(2025, 3, 4, 20, tzinfo=UTC),
        source_id="direct",
        external_id="m-1",
    )
    external_id = house.accounts["own"].external_id
    context = client.get(reverse("account_revenue", args=[external_id])).context
    assert [row.recorded_on for row in context["movements"]] == [learned]
    sign_in(client, house.people["executive"])
    page = client.get(reverse("executive_movements"), {"figure": "new"}).content.decode()
    assert f"{learned.day} Mar 2025</td>" in page


def test_the_age_of_a_source_is_counted_in_local_days(house):
    now = datetime(2025, 3, 4, 20, tzinfo=UTC)
    assert reading(now=now).today == date(2025, 3, 4)
    be_in(AUCKLAND)
    assert reading(now=now).today == date(2025, 3, 5)
