"""A day ends where the installation is, not in Greenwich."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Contract, Installation
from health.models import BandOverride
from metrics.queries.report_snapshot import snapshot_of
from metrics.retention.renewals import RenewalState
from metrics.snapshots import take_snapshots
from tests.metrics.pages import TODAY
from tests.metrics.world import CLOSED, at, contract


@pytest.fixture
def snapshot(people, world):
    def ask(zone):
        """Of the closed day, computed; stored it is the same."""
        Installation.objects.filter(pk=1).update(time_zone=zone)
        asked = {"user": people["eva"], "base": "USD", "day": CLOSED, "today": TODAY}
        computed = snapshot_of(**asked, zone=zone)
        take_snapshots(day=CLOSED)
        stored = snapshot_of(**asked, zone=zone)
        assert stored.figures is not None
        assert stored.health_totals() == computed.health_totals()
        assert stored.renewal_totals() == computed.renewal_totals()
        return stored

    return ask


@pytest.mark.parametrize(
    ("zone", "ended_at", "at_risk"),
    [
        ("America/Los_Angeles", datetime(2025, 6, 15, 1, tzinfo=UTC), {"intervene": 1}),
        ("America/Los_Angeles", datetime(2025, 6, 15, 7, 1, tzinfo=UTC), {"intervene": 2}),
        ("Pacific/Auckland", datetime(2025, 6, 14, 13, tzinfo=UTC), {"intervene": 2}),
    ],
)
def test_a_band_set_by_hand_counts_until_the_local_day_it_was_ended_on(
    people, world, snapshot, zone, ended_at, at_risk
):
    BandOverride.objects.create(
        account=world[0],
        band="intervene",
        reason="Their sponsor is away",
        starts_on=date(2025, 6, 10),
        expires_on=date(2025, 6, 30),
        created_by=people["otto"],
        created_at=at(date(2025, 6, 10)),
        ended_at=ended_at,
        ended_by=people["otto"],
    )
    totals = snapshot(zone).health_totals()
    assert {total.band: total.accounts for total in totals if total.at_risk} == at_risk


@pytest.mark.parametrize(
    ("zone", "learned_at", "renewed"),
    [
        ("Pacific/Auckland", datetime(2025, 6, 14, 20, tzinfo=UTC), 1),
        ("Pacific/Auckland", datetime(2025, 6, 14, 11, 59, tzinfo=UTC), 2),
        ("America/Los_Angeles", datetime(2025, 6, 15, 6, tzinfo=UTC), 2),
    ],
)
def test_a_renewal_counts_from_the_local_day_it_was_learned_on(
    world, snapshot, zone, learned_at, renewed
):
    old = Contract.objects.get(external_id="c2")
    contract(world[0], 99, date(2026, 6, 28), 4_000_00, renews=old.external_id)
    Contract.objects.filter(external_id="c99").update(learned_at=learned_at)
    totals = snapshot(zone).renewal_totals()
    assert sum(t.renewals for t in totals if t.state is RenewalState.RENEWED) == renewed
