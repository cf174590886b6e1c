"""Nothing flaps: a dwell on rising, and a publication that keeps the side of the margin."""

from datetime import timedelta
from decimal import Decimal

import pytest

from health import preview
from health.models import CurrentHealth, Scorecard, ThresholdCrossing
from health.publishing import copy_to_draft, import_draft, publish
from health.publishing.yaml_import import FileProblem
from health.queries.figures import flapped_accounts
from health.queries.scorecards import build_spec, in_force
from health.recompute import recompute, score_history
from health.scoring import Hysteresis
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
# What the account scores on a card that knows how long ago they talked, day by day.
TALK = """
key: four_inputs
name: Talks
rising_dwell: {dwell}
components:
  - key: talk
    name: Talk
    weight: 100
    measures:
      - {{key: days_since_conversation, weight: 100, curve: "0 → 100, 40 → 60"}}
bands:
  - {{key: healthy, name: Healthy, lower: 75}}
  - {{key: watch, name: Watch, lower: 50}}
  - {{key: intervene, name: Intervene, lower: 0, at_risk: true}}
"""


def by_talk(*, dwell=0):
    draft = import_draft(TALK.format(dwell=dwell), now=NOW)
    publish(scorecard=draft, user=None, reason="Only talk", now=NOW)
    return draft


@pytest.fixture
def account():
    """They talk 45 days before DAY, and again 10 days before: 0 days ago reads 100, 30 read 70."""
    account = make.make_account()
    for days_ago in (45, 10):
        make.talk(account, days_ago=days_ago)
    return account


def bands(account):
    rows = account.crossings.filter(subject="score", kind="band").order_by("day", "seq")
    return [(row.day, row.to_band) for row in rows]


def nights(first, last):
    """Night by night, as they come."""
    for back in range(first, last - 1, -1):
        recompute(day=ago(back), now=NOW - timedelta(days=back - 1))


@pytest.mark.parametrize("way", ["nights", "block"])
@pytest.mark.parametrize(("dwell", "risen_on"), [(0, 10), (3, 7), (13, None)])
def test_a_rise_waits_for_the_dwell_however_days_are_scored(account, way, dwell, risen_on):
    by_talk(dwell=dwell)
    if way == "nights":
        nights(30, 0)
    else:
        score_history(days=[ago(back) for back in range(30, -1, -1)], now=NOW)

    # 26 days without a word read 74; the talk 10 days ago reads 100. Thirteen days on is DAY + 3.
    risen = [] if risen_on is None else [(ago(risen_on), "healthy")]
    assert bands(account) == [(ago(30), "healthy"), (ago(19), "watch"), *risen]


def test_a_day_scored_again_rises_no_sooner(account):
    by_talk(dwell=3)
    nights(30, 8)
    for _ in range(5):
        recompute(day=ago(8), now=NOW - timedelta(days=7))

    assert CurrentHealth.objects.get().band == "watch"


def held_by_the_margin(account):
    """Watch at 77: it was 66, and 23 days since a talk that is told of later read 77, below 78."""
    row = by_talk()
    nights(30, 11)
    account.interactions.filter(occurred_at__date=ago(10)).update(occurred_at=make.at(ago(33)))
    nights(10, 10)
    current = CurrentHealth.objects.get()
    assert (current.score, current.band) == (77, "watch")
    return row


def test_a_version_with_the_same_bands_keeps_the_side_of_the_margin(account):
    row = held_by_the_margin(account)
    draft = copy_to_draft(scorecard=row, now=NOW)
    draft.bands.filter(key="intervene").update(name="Red")
    found = foreseen(draft)
    publish(scorecard=draft, user=None, reason="Another word", now=NOW)
    recompute(day=ago(10), now=NOW - timedelta(days=9))

    current = CurrentHealth.objects.get()
    assert (current.scorecard_id, current.score, current.band) == (draft.pk, Decimal(77), "watch")
    assert found == ["watch"]
    assert not ThresholdCrossing.objects.filter(cause="new_scorecard").exists()


def test_a_version_with_other_bands_judges_afresh(account):
    row = held_by_the_margin(account)
    draft = copy_to_draft(scorecard=row, now=NOW)
    draft.bands.filter(key="healthy").update(lower=76)
    found = foreseen(draft)
    publish(scorecard=draft, user=None, reason="A stricter healthy", now=NOW)
    recompute(day=ago(10), now=NOW - timedelta(days=9))

    assert CurrentHealth.objects.get().band == "healthy"
    assert found == ["healthy"]
    assert bands(account)[-1] == (ago(10), "healthy")


def foreseen(draft):
    plan = preview.prepare(Scorecard.objects.get(pk=draft.pk), day=ago(10))
    return [
        band for outlook in preview.foresee(plan, plan.account_ids) for band in outlook.new_band
    ]


def test_a_preview_says_what_margin_and_dwell_would_have_cost(account):
    row = by_talk()
    nights(30, 0)
    plan = preview.prepare(copy_to_draft(scorecard=row, now=NOW), day=DAY)
    found = dict(
        zip(
            preview.hystereses(plan.draft.spec),
            preview.foresee_flapping(plan, plan.account_ids),
            strict=True,
        )
    )

    at_once, waiting = found[Hysteresis(Decimal(3))], found[Hysteresis(Decimal(3), rising=7)]
    # down on day −19, up on day −10: nine days, a flap; a dwell of 7 makes it 16, which is none
    assert (at_once.accounts, at_once.flapped, at_once.rises, at_once.late_days) == (1, 1, 1, 0)
    assert (waiting.flapped, waiting.rises, waiting.late_days) == (0, 1, 7)
    assert found[Hysteresis(Decimal(3), falling=5)].lost_days == 5


def test_who_flaps_is_listed(account):
    by_talk()
    nights(30, 0)

    (found,) = flapped_accounts(day=DAY)
    assert (found.account_id, found.times, found.latest_day) == (account.pk, 1, ago(10))


def test_a_dwell_of_a_file_is_a_number_of_days_below_a_fortnight():
    with pytest.raises(FileProblem, match="rising_dwell: 14 is no whole number"):
        import_draft(TALK.format(dwell=14), now=NOW)


def test_shipped_cards_have_a_margin_of_three_and_no_dwell():
    specs = [card.spec for card in in_force().values()]

    assert {(spec.recovery_margin, spec.rising_dwell) for spec in specs} == {(3, 0)}


def test_a_copy_of_a_card_keeps_its_dwell():
    row = import_draft(TALK.format(dwell=5), now=NOW)

    assert build_spec(copy_to_draft(scorecard=row, now=NOW)).rising_dwell == 5
