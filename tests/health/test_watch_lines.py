"""Lines of scorecards and of whoever else registers some: judged for every account."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Signal, Ticket
from health.models import CurrentHealth, Scorecard, ThresholdCrossing, WatchLine, WatchLineUse
from health.publishing import copy_to_draft, publish, register_lines
from health.queries.scorecards import in_force
from health.recompute import recompute
from health.scoring import UNKNOWN, WatchLineSpec
from health.signals import CrossingSignal
from tests.health import builders as make
from tests.health.builders import DAY, NOW

pytestmark = pytest.mark.usefixtures("library")
OWNER = "playbook:any"


@pytest.fixture
def account():
    """Healthy: it uses everything, pays and talks; 84.78 in all."""
    account = make.make_account()
    make.use(account, make.make_feature(), days_ago=range(125), events=10)
    make.be_active(account, "ada", days_ago=range(60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    people = [make.make_contact(account, level="vp", roles=["champion"]) for _ in range(2)]
    for days_ago in (1, 5, 9):
        make.talk(account, *people, days_ago=days_ago, is_commercial=True)
    make.invoice(account, due_days_ago=300, paid_days_ago=300)
    return account


def burden(account):
    for _ in range(12):
        make.open_ticket(account, days_ago=0, category="defect", topic="sync")


def watch(*lines, owner=OWNER):
    specs = [WatchLineSpec(subject, Decimal(value)) for subject, value in lines]
    register_lines(owner=owner, lines=specs, now=NOW)


def passed():
    rows = ThresholdCrossing.objects.filter(kind="line").order_by("day", "seq")
    return [(row.subject, row.from_band, row.to_band, row.cause) for row in rows]


def watched():
    uses = WatchLineUse.objects.select_related("line").order_by("owner", "-line__value")
    return [(use.owner, use.line.spec.name) for use in uses]


def test_a_line_of_no_scorecard_is_crossed_and_told(account):
    watch(("score", "70"), ("component:support", "35"), ("measure:ticket_load", "6"))
    recompute(day=DAY, now=NOW)
    assert passed() == []
    burden(account)
    recompute(day=DAY, now=NOW)

    # 12 defects at once: 12 × 3 = 36 points per 10 seats; on one open topic: support ≤ 30.
    assert passed() == [
        ("line:70", "above", "below", "moved"),
        ("line:component:support:35", "above", "below", "moved"),
        ("line:measure:ticket_load:6", "below", "above", "moved"),
    ]
    told = [CrossingSignal.from_json(s.payload) for s in Signal.objects.order_by("pk")]
    by_line = {each.subject: (each.line, each.value) for each in told if each.line is not None}
    assert by_line["score"] == (Decimal(70), CurrentHealth.objects.get().score)
    assert by_line["component:support"] == (Decimal(35), Decimal("30.00"))
    assert by_line["measure:ticket_load"] == (Decimal(6), Decimal(36))
    assert len({each.crossing_group for each in told}) == 1


def test_a_new_line_tells_nothing_of_who_is_beyond_it_and_misses_no_fall_after_it(account):
    recompute(day=DAY, now=NOW)
    watch(("score", "90"), ("score", "70"))
    recompute(day=DAY, now=NOW)
    assert passed() == []

    watch(("score", "90"), ("score", "70"), ("score", "75"))
    burden(account)
    recompute(day=DAY, now=NOW)

    assert [row[0] for row in passed()] == ["line:75", "line:70"]


def test_a_measure_that_the_scorecard_does_not_have_is_watched_as_well(account):
    watch(("measure:users_logged_in_since_start", "0.05"))
    make.sign(account, days_ago=400)
    recompute(day=DAY, now=NOW)

    line = WatchLine.objects.get(subject__startswith="measure:")
    current = CurrentHealth.objects.get()
    assert current.line_sides[current.lines.index(line.pk)] != UNKNOWN


def test_rising_takes_the_line_and_the_margin(account):
    burden(account)
    recompute(day=DAY, now=NOW)
    score = CurrentHealth.objects.get().score
    watch(("score", score + 1), ("score", Decimal("84")))
    recompute(day=DAY, now=NOW)
    Ticket.objects.filter(category="defect").delete()
    recompute(day=DAY, now=NOW)

    # It rises to 84.78: past the lower line and 3 points, not past 84 and 3 points.
    assert CurrentHealth.objects.get().score == Decimal("84.78")
    assert [row[1:3] for row in passed()] == [("below", "above")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        # It was healthy, from 75 up: back below 70 it has passed that line as a fall would.
        ("70", [("line:70", "above", "below", "moved")]),
        # On which side of a line within its band it was, nobody knows any more.
        ("76", []),
    ],
)
def test_who_comes_back_lower_has_passed_the_lines_below_the_band_it_had(account, line, found):
    watch(("score", line))
    recompute(day=DAY, now=NOW)
    CurrentHealth.objects.update(score=None, band="unscored")
    burden(account)
    recompute(day=DAY, now=NOW)

    assert passed() == found


def test_a_line_is_judged_as_long_as_somebody_watches_it():
    line = WatchLine.objects.get(subject="score", value=40)
    keys = ["high_touch", "low_touch", "onboarding", "tech_touch"]
    chosen_by_nobody = [("scorecard:five_components", f"line:{value}") for value in (40, 20)]
    others = [(f"scorecard:{key}", f"line:{value}") for key in keys for value in (40, 20)]
    assert watched() == [
        *chosen_by_nobody,
        ("scorecard:four_inputs", "line:40"),
        ("scorecard:four_inputs", "line:20"),
        *others,
    ]
    watch(("score", "40.00"), ("score", "55"))
    later = copy_to_draft(scorecard=Scorecard.objects.get(pk=in_force()["four_inputs"].id), now=NOW)
    later.alert_lines.filter(value=40).delete()
    publish(scorecard=later, user=None, reason="Only the lower line", now=NOW + timedelta(1))

    assert watched() == [
        (OWNER, "line:55"),
        (OWNER, "line:40"),
        *chosen_by_nobody,
        ("scorecard:four_inputs", "line:20"),
        *others,
    ]
    watch()
    assert set(WatchLine.objects.values_list("value", flat=True)) == {40, 20}
    assert WatchLine.objects.get(value=40) == line


def test_a_draft_that_cannot_be_published_leaves_the_lines_alone():
    before = watched()
    draft = copy_to_draft(scorecard=Scorecard.objects.get(pk=in_force()["four_inputs"].id), now=NOW)
    draft.alert_lines.create(value=30)
    draft.bands.all().delete()

    with pytest.raises(ValueError, match="two bands"):
        publish(scorecard=draft, user=None, reason="Too early", now=NOW)

    assert watched() == before
