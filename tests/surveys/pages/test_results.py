"""Results of surveys on their pages: scores with what they are made of, and who sees which."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Account, Function, TeamMember, User
from surveys.models import FollowUp, Invitation, Response, Survey, SurveyBaseline
from tests.permission_house import build_house
from tests.surveys.answers import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def csm(client, house):
    client.force_login(house.people["csm"])
    return house.people["csm"]


@pytest.fixture
def ops(client, house):
    client.force_login(house.people["ops"])
    return house.people["ops"]


def person_of(account, number=0):
    name = f"p-{account.pk}-{number}"
    return account.contacts.filter(external_id=name).first() or account.contacts.create(
        external_id=name, name="Mira Stone", email=f"{name}@acme.example", met_on="2024-01-01"
    )


def answers(account, *, days_ago, high=0, middle=0, low=0, **fields):
    """Promoters, passives and detractors."""
    at = clock.now() - timedelta(days=days_ago)
    given = [(10, 1)] * high + [(7, 0)] * middle + [(2, -1)] * low
    return [
        answer(person_of(account), value, standing=standing, answered_at=at, **fields)
        for value, standing in given
    ]


def survey(key="nps", **fields):
    said = {"name": "Relationship", "kind": "nps", "moment": "rhythm", "version": 1}
    return Survey.objects.create(key=key, created_at=clock.now(), **said | fields)


def invited(of_survey, account, number, *, state="sent", days_ago=10, **fields):
    at = clock.now() - timedelta(days=days_ago)
    return Invitation.objects.create(
        survey=of_survey,
        account=account,
        contact=person_of(account, number),
        key=f"{of_survey.key}:{account.pk}:{number}:{days_ago}",
        moment=of_survey.moment,
        occasion="",
        state=state,
        due_at=at,
        planned_at=at,
        **{"sent_at": at, "expires_at": at, "nonce": "n"} | fields,
    )


def the_row(client, address="/surveys/"):
    (row,) = client.get(address).context["list_rows"]
    return row


def test_a_score_comes_with_its_interval_and_number_of_what_one_may_see(client, csm, house):
    answers(house.accounts["own"], days_ago=3, high=3, middle=1, low=1)
    answers(house.accounts["team"], days_ago=3, high=2, middle=2, low=1)
    answers(house.accounts["other"], days_ago=3, low=9)
    row = the_row(client)
    # 5 of 10 are promoters and 2 detractors.
    assert (row.score, row.result.answers, row.kind) == ("30", 10, "NPS")
    assert row.result.score.low < 30 < row.result.score.high
    assert row.rate == ""
    page = client.get("/surveys/").content.decode()
    assert reverse("follow_ups") in page
    assert "30" in page


def test_answers_before_the_period_are_what_it_is_compared_with(client, csm, house):
    answers(house.accounts["own"], days_ago=100, high=40)
    answers(house.accounts["own"], days_ago=3, low=40)
    row = the_row(client)
    assert (row.score, int(row.result.before.value)) == ("−100", 100)
    # One account is one answer, whatever it says: nothing is told by it.
    assert row.change.text == "No change beyond chance (−200.0)"
    assert the_row(client, "/surveys/?days=180").result.answers == 80


def test_a_response_rate_below_the_policy_is_flagged(client, csm, house):
    nps = survey()
    for number in range(24):
        invited(nps, house.accounts["own"], number, state="answered" if number < 2 else "sent")
    invited(nps, house.accounts["own"], 24, state="held_back", reason="nobody")
    invited(nps, house.accounts["own"], 25, state="planned", sent_at=None)
    row = the_row(client)
    assert (row.rate, row.rate_title, row.is_rate_low) == ("8 %", "2 of 24", True)


def test_scores_by_a_cut_open_exactly_their_answers(client, csm, house):
    own, team = house.accounts["own"], house.accounts["team"]
    type(own).objects.filter(pk=own.pk).update(segment="enterprise")
    mine = answers(own, days_ago=3, high=2)
    answers(team, days_ago=3, low=1)
    for cut, count in (("segment", 2), ("csm", 2), ("moment", 1), ("tier", 1)):
        (group,) = client.get(f"/surveys/?by={cut}").context["groups"]
        assert len(group.rows) == count, cut
        for row in group.rows:
            opened = client.get(row.answers_href).context["found"]
            assert len(opened) == row.result.answers, (cut, row.word)
    row = next(
        r for r in client.get("/surveys/?by=segment").context["groups"][0].rows if r.result.value
    )
    assert {each.pk for each in client.get(row.answers_href).context["found"]} == {
        each.pk for each in mine
    }


def test_without_surveys_the_page_says_what_to_do(client, csm, ops, house):
    assert "Publish a survey" in client.get("/surveys/").content.decode()
    client.force_login(csm)
    assert "CS ops publishes surveys" in client.get("/surveys/").content.decode()


def test_a_baseline_is_set_from_a_period_and_judges_what_comes_after(client, ops, house):
    answers(house.accounts["own"], days_ago=200, high=8, middle=2)
    answers(house.accounts["own"], days_ago=5, high=10)
    day = clock.today()
    said = {"first_day": day - timedelta(days=210), "final_day": day - timedelta(days=190)}
    answered = client.post(reverse("survey_baseline", args=["nps"]), said)
    assert answered.status_code == 302
    kept = SurveyBaseline.objects.get()
    assert (kept.survey_key, float(kept.value), kept.favourable, kept.set_by) == ("nps", 80, 8, ops)
    row = the_row(client)
    assert "Baseline 80" in row.baseline_title
    assert row.result.baseline.change is not None
    long_row = the_row(client, "/surveys/?days=365")
    assert long_row.result.baseline.change is None


@pytest.mark.parametrize(
    ("first", "final", "said"),
    [
        (200, 210, "The last day is before the first"),
        (20, -5, "days that are over"),
        (300, 290, "at least 10 scored answers"),
    ],
)
def test_no_baseline_of_too_little(client, ops, house, first, final, said):
    answers(house.accounts["own"], days_ago=5, high=12)
    day = clock.today()
    days = {"first_day": day - timedelta(days=first), "final_day": day - timedelta(days=final)}
    page = client.post(reverse("survey_baseline", args=["nps"]), days)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not SurveyBaseline.objects.exists()


def test_a_survey_shows_its_course_its_spread_and_its_themes(client, csm, house):
    own = house.accounts["own"]
    answers(own, days_ago=3, low=4, comment="The loading times are bad")
    answers(own, days_ago=4, high=6, comment="Great support")
    answers(own, days_ago=40, high=2)
    page = client.get(reverse("survey_results", args=["nps"]))
    told = page.context
    assert [(row.word, row.count) for row in told["spread_rows"]] == [
        ("10 of 10", 8),
        ("2 of 10", 4),
    ]
    for row in told["spread_rows"]:
        assert len(client.get(row.href).context["found"]) == row.count
    assert len(told["trend"].rows) == 13
    assert sum(int(row[3]) for row in told["trend"].rows) == 12
    theme = next(row for row in told["themes"] if "loading" in row.theme.label)
    assert len(client.get(theme.href).context["found"]) == 4
    quarters = client.get(reverse("survey_results", args=["nps"]) + "?trend=quarter").context
    assert quarters["trend"].head[0] == "Quarter"


def test_answers_are_filtered_by_standing_and_lead_to_their_follow_up(client, csm, house):
    own = house.accounts["own"]
    (low,) = answers(own, days_ago=3, low=1)
    answers(own, days_ago=3, high=2)
    case = FollowUp.objects.create(
        response=low, account=own, collected_at=clock.now(), due_at=clock.now()
    )
    page = client.get(reverse("survey_answers", args=["nps"]) + "?standing=-1")
    assert [row.pk for row in page.context["found"]] == [low.pk]
    assert reverse("follow_up", args=[case.pk]) in page.content.decode()
    everything = client.get(reverse("survey_answers", args=["nps"]) + "?standing=x&given=y&by=z")
    assert len(everything.context["found"]) == 3


@pytest.mark.parametrize("value", ["x", "999999", "9" * 30, ""])
def test_a_cut_value_that_is_none_opens_nothing_and_breaks_nothing(client, csm, house, value):
    answers(house.accounts["own"], days_ago=3, high=2)
    for cut in ("csm", "seller", "fit", "segment", "moment") if value else ("csm",):
        address = reverse("survey_answers", args=["nps"]) + f"?by={cut}&value={value}"
        assert client.get(address).context["found"] == [], cut


def test_who_was_asked_three_times_and_never_answered(client, csm, house):
    nps = survey()
    own, team = house.accounts["own"], house.accounts["team"]
    for days_ago in (400, 200, 10):
        invited(nps, own, 0, days_ago=days_ago, state="expired")
        invited(nps, team, 0, days_ago=days_ago, state="expired")
    answers(team, days_ago=600, high=1)
    found = client.get(reverse("survey_silent", args=["nps"])).context["found"]
    assert [(row["account__name"], row["asked"]) for row in found] == [("secret-own", 3)]


def test_segments_are_read_together(client, csm, house):
    own = house.accounts["own"]
    type(own).objects.filter(pk=own.pk).update(segment="enterprise")
    answers(own, days_ago=3, high=2, low=1)
    for value, standing in ((5, 1), (1, -1)):
        answer(person_of(own), value, standing=standing, kind="csat", answered_at=clock.now())
    ticket = {"kind": "csat", "moment": "after_ticket", "answered_at": clock.now()}
    answer(person_of(own), 1, standing=-1, **ticket)
    told = client.get("/surveys/").context
    assert told["readings"] == [
        (
            "Enterprise",
            "Too few answers to read the three together:"
            " NPS 33 of 3, CSAT 50 % of 2, CES without answers.",
        )
    ]
    assert told["matrix"].rows == (("Enterprise", "50 %", "33"),)


@pytest.mark.parametrize("accounts", [1, 3])
@pytest.mark.parametrize(
    ("route", "args", "queries"),
    [("surveys", [], 11), ("survey_results", ["nps"], 18), ("survey_answers", ["nps"], 7)],
)
def test_pages_ask_a_fixed_number_of_questions(
    client, ops, house, django_assert_num_queries, accounts, route, args, queries
):
    nps = survey()
    for place in ("own", "team", "other")[:accounts]:
        answers(house.accounts[place], days_ago=3, high=2, comment="Great support")
        answers(house.accounts[place], days_ago=100, low=2)
        invited(nps, house.accounts[place], 0)
    address = reverse(route, args=args) + "?by=csm"
    client.get(address)
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


def test_an_answer_of_another_tool_counts_without_a_response_rate(client, csm, house):
    answers(house.accounts["own"], days_ago=3, high=2, survey_key="legacy")
    row = the_row(client)
    assert (row.word, row.result.answers, row.rate) == ("Legacy", 2, "")
    assert Response.objects.filter(invitation=None).count() == 2


def test_of_many_groups_the_list_shows_the_largest_and_the_survey_all(client, ops, house):
    own = house.accounts["own"]
    for number in range(60):
        account = type(own).objects.create(
            external_id=f"g-{number}", name=f"G {number}", segment=f"s{number:02}"
        )
        answers(account, days_ago=3, high=2 if number == 59 else 1)
    (group,) = client.get("/surveys/?by=segment").context["groups"]
    assert (len(group.shown), len(group.rows)) == (20, 60)
    assert group.shown[0].result.value == "s59"
    address = reverse("survey_results", args=["nps"])
    pages = [client.get(f"{address}?page={number}").context["cut_rows"] for number in (1, 2)]
    assert [len(page) for page in pages] == [50, 10]
    assert len({row.result.value for page in pages for row in page}) == 60


def sold_by(account, name, *, until=None):
    seller = User.objects.filter(name=name).first() or User.objects.create_user(
        f"{name.lower()}@demo.example", name=name, role="csm"
    )
    TeamMember.objects.filter(account=account).delete()
    return TeamMember.objects.create(
        account=account,
        person=seller,
        function=Function.objects.get(key="account_executive"),
        since=clock.today() - timedelta(days=500),
        until=until,
    ).person


def test_scores_by_who_sold_and_by_fit_open_the_answers_they_are_made_of(client, ops, house):
    own, team, other = (house.accounts[place] for place in ("own", "team", "other"))
    ann = sold_by(own, "Ann")
    sold_by(team, "Ben", until=clock.today() - timedelta(days=1))
    for account, fit in ((own, 70), (team, 39), (other, None)):
        Account.objects.filter(pk=account.pk).update(strategic_fit=fit)
        answers(account, days_ago=3, high=2)
    answers(other, days_ago=3, low=1)
    for cut, expected in (
        ("seller", {("Ann", 2), ("No account executive", 5)}),
        ("fit", {("High, 70 to 100", 2), ("Low, 0 to 39", 2), ("None known", 3)}),
    ):
        rows = client.get(f"/surveys/nps/?by={cut}").context["cut_rows"]
        assert {(row.word, row.result.answers) for row in rows} == expected
        for row in rows:
            found = client.get(row.answers_href).context["found"]
            assert len(found) == row.result.answers, row.word
    shown = client.get(f"/surveys/nps/answers/?by=seller&value={ann.pk}").content.decode()
    assert "Ann" in shown


@pytest.mark.parametrize(
    ("fit", "word"),
    [
        (0, "Low, 0 to 39"), (39, "Low, 0 to 39"), (40, "Middle, 40 to 69"),
        (69, "Middle, 40 to 69"), (70, "High, 70 to 100"), (100, "High, 70 to 100"),
    ],
)  # fmt: skip
def test_each_fit_is_in_one_band(client, ops, house, fit, word):
    Account.objects.filter(pk=house.accounts["own"].pk).update(strategic_fit=fit)
    answers(house.accounts["own"], days_ago=3, high=1)
    (row,) = client.get("/surveys/nps/?by=fit").context["cut_rows"]
    assert row.word == word


def test_groups_are_drawn_by_response_rate_and_score(client, ops, house):
    nps = survey()
    own, team = house.accounts["own"], house.accounts["team"]
    for account, segment, states in (
        (own, "enterprise", ["answered"] + ["sent"] * 3),
        (team, "smb", ["sent"] * 20),
    ):
        Account.objects.filter(pk=account.pk).update(segment=segment)
        for number, state in enumerate(states):
            invited(nps, account, number, state=state)
    answers(own, days_ago=3, high=1, low=3)
    answers(team, days_ago=3, high=1)
    answers(house.accounts["other"], days_ago=3, high=1)
    matrix = client.get("/surveys/nps/?by=segment").context["matrix"]
    assert sorted(matrix.rows) == [("Enterprise", "25 %", "−50"), ("SMB", "0 %", "100")]
    assert matrix.head == ("", "Response rate", "Score")
