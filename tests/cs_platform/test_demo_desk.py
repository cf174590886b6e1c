"""The desk of csm@demo.example: which accounts it holds, and what changes hands with them."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts import clock
from accounts.models import Account, AttributeHistory, Installation, Interaction, User
from cs_platform.demo.desk import Candidate, chosen, lay_out_desk
from cs_platform.demo.overrides import overruling_day
from health.models import BandOverride, CurrentHealth, HealthScore
from playbooks.models import Play, Task

ME, COLLEAGUE = 1, 2
QUIET = Candidate(
    account_id=0,
    owner_id=ME,
    segment="smb",
    at_risk=False,
    is_overridden=False,
    severity=0,
    tasks=0,
    overdue=0,
    moved=0,
    renews_soon=False,
)
MINE = [replace(QUIET, account_id=n) for n in range(1, 9)]
THEIRS = [replace(QUIET, account_id=n, owner_id=COLLEAGUE) for n in range(11, 19)]


def test_desk_keeps_what_it_has_where_all_is_quiet():
    assert chosen([*MINE, *THEIRS], me=ME) == set(range(1, 9))


def test_desk_takes_three_in_trouble_that_somebody_works_on():
    troubled = [replace(a, at_risk=True, severity=20, tasks=1) for a in THEIRS[:5]]
    alone = replace(THEIRS[5], at_risk=True)
    desk = chosen([*MINE, *troubled, alone, *THEIRS[6:]], me=ME)
    assert len(desk) == 8
    assert desk & set(range(11, 19)) == {11, 12, 13}


def test_desk_gives_away_trouble_beyond_three():
    troubled = [replace(a, at_risk=True, severity=30) for a in MINE[:5]]
    desk = chosen([*troubled, *MINE[5:], *THEIRS], me=ME)
    assert len(desk & {1, 2, 3, 4, 5}) == 3


def test_desk_holds_as_many_of_a_segment_as_before():
    large = [replace(a, segment="enterprise", at_risk=True, severity=30) for a in THEIRS[:3]]
    own = [replace(MINE[0], segment="enterprise"), *MINE[1:]]
    found = [*own, *large, *THEIRS[3:]]
    desk = chosen(found, me=ME)
    segments = Counter(c.segment for c in found if c.account_id in desk)
    assert segments == {"enterprise": 1, "smb": 7}
    assert desk & {11, 12, 13} == {11}


def test_desk_takes_news_a_renewal_and_what_was_lifted_by_hand():
    found = [
        *MINE,
        replace(THEIRS[0], moved=1),
        replace(THEIRS[1], renews_soon=True),
        replace(THEIRS[2], is_overridden=True),
        *THEIRS[3:],
    ]
    assert chosen(found, me=ME) & set(range(11, 19)) == {11, 12, 13}


def test_band_is_set_by_hand_on_a_working_day_some_nights_before_the_last():
    days = [date(2025, 3, 1) + timedelta(days=n) for n in range(14)]  # to Friday 14th
    assert overruling_day(days) == date(2025, 3, 10)
    assert overruling_day(days[:-1]) == date(2025, 3, 7)  # the Sunday is no working day
    assert overruling_day(days[:4]) is None


@pytest.fixture
def company(transactional_db):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": date(2025, 3, 15)})
    call_command(
        "demo", stdout=StringIO(), accounts=60, years=0.6, processes=1, play_days=30, seed=7
    )


def test_everything_our_people_did_goes_with_an_account_that_changed_hands(company):
    spans = AttributeHistory.objects.filter(attribute="owner", valid_to=None, contact=None)
    owned = spans.exclude(value="").filter(account__owner__isnull=False)
    assert owned.count() >= 20
    assert {(s.account_id, s.value) for s in owned} == {
        (pk, str(owner))
        for pk, owner in Account.objects.filter(owner__isnull=False).values_list("pk", "owner")
    }
    assert (
        not Play.objects.filter(state="open")
        .exclude(csm=F("account__owner"))
        .filter(account__owner__isnull=False)
        .exists()
    )
    csm_tasks = Task.objects.filter(owner_role="csm", account__owner__isnull=False)
    assert csm_tasks.exists()
    assert not csm_tasks.exclude(owner=F("account__owner")).exists()
    lead = Task.objects.filter(owner_role="manager", owner__role="manager")
    assert (
        not lead.exclude(owner__managed_teams=F("account__owner__team"))
        .filter(account__owner__isnull=False)
        .exists()
    )
    hosts = Interaction.objects.filter(account__owner__email="csm@demo.example")
    assert hosts.filter(host__email="csm@demo.example").count() > hosts.count() / 2


def test_desk_that_is_laid_out_stays_as_it_is(company):
    before = dict(Account.objects.values_list("pk", "owner"))
    lay_out_desk(day=clock.today() - timedelta(days=1))
    assert dict(Account.objects.values_list("pk", "owner")) == before


def test_owner_lifted_one_account_by_hand_and_the_score_goes_on(company):
    override = BandOverride.objects.get()
    me = User.objects.get(email="csm@demo.example")
    assert override.created_by == me
    assert override.account.owner == me
    assert override.reason
    current = CurrentHealth.objects.get(account=override.account)
    assert current.effective_band == "watch"
    last = HealthScore.objects.filter(account=override.account).latest("day")
    assert (current.score, current.band) == (last.score, last.band)
