"""Health by the API: numbers equal what is stored, explanations add up, a draft leaves nothing."""

from datetime import timedelta
from decimal import Decimal

import jsonschema
import pytest
from django.test import Client

from accounts.models import Installation, User
from health.models import CurrentHealth, HealthScore, Scorecard, ThresholdCrossing
from health.publishing import copy_to_draft
from health.publishing.yaml_export import export_card
from health.recompute import recompute
from tests.accounts.bulk import is_problem, make_key
from tests.health import builders as make
from tests.health.builders import DAY, NOW
from tests.permission_house import everything_stored

pytestmark = pytest.mark.usefixtures("library")
API = "/api/v1"


@pytest.fixture
def token():
    return make_key("health:read")


@pytest.fixture
def account():
    """Judged on DAY, and a week before when it used more and nothing was open."""
    Installation.objects.update(as_of=DAY)
    feature, plan = make.make_feature(), make.make_plan(name="Pro")
    account = make.make_account(plan=plan, arr_minor=30_000_00, external_id="northwind")
    make.use(account, feature, days_ago=range(8, 200, 2), events=12)
    make.be_active(account, "ann", days_ago=range(8, 90, 2))
    make.move_arr(account, 3_000_000, days_ago=500)
    make.open_ticket(account, days_ago=400, solved_days_ago=399)
    make.open_ticket(account, days_ago=3, category="defect")
    make.talk(account, make.make_contact(account, level="vp"), days_ago=12)
    make.happen(account, "expansion_conversation", days_ago=20)
    make.invoice(account, due_days_ago=300, paid_days_ago=290)
    for day in (DAY - timedelta(days=7), DAY):
        recompute(day=day, now=NOW)
    return account


def get(address, token, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().get(API + address, headers={"Authorization": f"Bearer {token}", **names})


def post(address, token, body):
    return Client().post(
        API + address,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def is_refused(answer, status, code):
    return is_problem(answer, status) == code


def everything_but_the_key():
    """Its latest use is kept, whatever was asked."""
    return {table: rows for table, rows in everything_stored().items() if "apikey" not in table}


def described(token, path, method="get"):
    document = get("/schema/?format=json", token).json()
    answers = document["paths"][path][method]["responses"]
    return answers["200"]["content"]["application/json"]["schema"]


def test_the_present_state_says_what_it_is_made_of(account, token):
    row = CurrentHealth.objects.get(account=account)
    shown = get("/accounts/northwind/health/", token).json()
    assert shown["score"] == float(row.score)
    assert (shown["band"], shown["day"]) == (row.effective_band, DAY.isoformat())
    assert (shown["scorecard"], shown["version"]) == ("four_inputs", 1)
    stored = HealthScore.objects.get(account=account, day=DAY)
    assert [each["reading"] for each in shown["measures"] if each["reading"] is not None] == [
        value / 100 for value in stored.readings if value >= 0
    ]
    # No gate held: what the measures add is the score, but for roundings at component and measure.
    if not stored.gate_hits:
        added = sum(each["points"] or 0 for each in shown["measures"])
        assert abs(added - shown["score"]) < 0.2
    jsonschema.validate(shown, described(token, "/api/v1/accounts/{external_id}/health/"))


def test_lists_are_filtered_and_those_of_a_person_are_theirs(account, token):
    other = make.make_account(external_id="else", arr_minor=30_000_00)
    make.move_arr(other, 3_000_000, days_ago=500)
    recompute(day=DAY, now=NOW)
    listed = get("/health/", token).json()
    assert [row["account"] for row in listed["health"]] == ["northwind", "else"]
    jsonschema.validate(listed, described(token, "/api/v1/health/"))
    band = CurrentHealth.objects.get(account=account).effective_band
    assert "northwind" in {
        row["account"] for row in get(f"/health/?band={band}", token).json()["health"]
    }
    assert get("/health/?band=nowhere", token).json() == {"health": [], "next": None}
    assert is_refused(get("/health/?at_risk=perhaps", token), 400, "unknown_at_risk")
    Installation.objects.update(visibility="own")
    nobody = User.objects.create_user("cleo@example.test", "x", name="Cleo", role="csm")
    hers = make_key("health:read", owner=nobody)
    assert get("/health/", hers).json()["health"] == []
    for address in ("", "history/", "explain/"):
        assert get(f"/accounts/northwind/health/{address}", hers).status_code == 404


def test_the_explanation_adds_up_to_the_change(account, token):
    first, last = DAY - timedelta(days=7), DAY
    shown = get(f"/accounts/northwind/health/explain/?from={first}&to={last}", token).json()
    before, after = (
        HealthScore.objects.get(account=account, day=day).score for day in (first, last)
    )
    assert (shown["before"]["score"], shown["after"]["score"]) == (float(before), float(after))
    points = sum(Decimal(str(row["points"])) for row in shown["rows"])
    assert points == after - before == Decimal(str(shown["change"]))
    assert points != 0
    jsonschema.validate(shown, described(token, "/api/v1/accounts/{external_id}/health/explain/"))


def test_the_history_has_a_row_a_day_page_by_page(account, token):
    for number in range(8, 120):
        HealthScore.objects.create(
            account=account, day=DAY - timedelta(days=number), score=50, band="watch",
            confidence=100, raw=[], readings=[], weights=[], components=[], computed_at=NOW,
            scorecard=Scorecard.objects.get(key="four_inputs"),
        )  # fmt: skip
    address = f"/accounts/northwind/health/history/?from={DAY - timedelta(days=200)}&to={DAY}"
    page = get(address, token).json()
    assert len(page["days"]) == 100
    rest = get(f"{address}&after={page['next']}", token).json()
    days = [row["day"] for row in page["days"] + rest["days"]]
    assert (rest["next"], len(set(days)), days == sorted(days)) == (None, 114, True)
    jsonschema.validate(page, described(token, "/api/v1/accounts/{external_id}/health/history/"))
    assert is_refused(get(address.replace("from=20", "from=19"), token), 400, "span")
    assert is_refused(get("/accounts/northwind/health/history/?to=soon", token), 400, "day")


def test_movers_come_with_the_largest_fall_first(account, token):
    down = get("/health/movers/?days=7", token).json()["movers"]
    change = CurrentHealth.objects.get(account=account).week_change
    assert change < 0
    assert [(row["account"], row["change"]) for row in down] == [("northwind", float(change))]
    assert get("/health/movers/?days=7&direction=up", token).json()["movers"] == []
    assert get("/health/movers/?days=30", token).json()["movers"] == []  # no score a month ago
    for asked, code in (("days=90", "days"), ("days=0", "days"), ("after=x", "cursor")):
        assert is_refused(get(f"/health/movers/?{asked}", token), 400, code)


def test_crossings_are_those_that_were_written(account, token):
    ThresholdCrossing.objects.create(
        account=account, day=DAY, subject="component:support", seq=90, kind="band", cause="moved",
        direction="down", from_band="healthy", to_band="watch", score_before=80, score_after=60,
        scorecard=Scorecard.objects.get(key="four_inputs"), created_at=NOW,
    )  # fmt: skip
    shown = get("/crossings/?subject=component:support&direction=down", token).json()
    row = shown["crossings"][-1]
    assert (row["from"], row["to"], row["score_after"]) == ("healthy", "watch", 60.0)
    jsonschema.validate(shown, described(token, "/api/v1/crossings/"))
    assert get(f"/crossings/?from={DAY + timedelta(days=1)}", token).json()["crossings"] == []


def test_a_scorecard_is_told_as_its_file_is(account, token):
    listed = get("/scorecards/", token).json()
    assert [row["key"] for row in listed["scorecards"]] == sorted(
        Scorecard.objects.values_list("key", flat=True)
    )
    shown = get("/scorecards/four_inputs/", token).json()
    assert sum(each["weight"] for each in shown["content"]["components"]) == 100
    assert get("/scorecards/four_inputs/?version=1", token).json() == shown
    for missing in ("four_inputs/?version=7", "four_inputs/?version=x", "none/"):
        assert get(f"/scorecards/{missing}", token).status_code == 404


def test_what_a_draft_would_make_of_an_account_is_told_and_leaves_nothing(account, token):
    draft = copy_to_draft(scorecard=Scorecard.objects.get(key="four_inputs"), now=NOW)
    draft.components.filter(key="engagement").update(weight=55)
    draft.components.filter(key="support").update(weight=5)
    before = everything_but_the_key()
    shown = post("/accounts/northwind/health/what_if/", token, '{"scorecard": "four_inputs"}')
    assert shown.status_code == 200, shown.content
    said = shown.json()
    assert said["score_now"] == float(CurrentHealth.objects.get(account=account).score)
    values = {row["key"]: row["value"] for row in said["components"]}
    weights = {"engagement": 55, "support": 5, "commercial": 25, "relationship": 15}
    there = {key: weight for key, weight in weights.items() if values[key] is not None}
    expected = sum(values[key] * weight for key, weight in there.items()) / sum(there.values())
    assert {"engagement", "support"} <= there.keys()
    assert abs(said["score"] - expected) < 0.011
    assert said["score"] != said["score_now"]
    path = "/api/v1/accounts/{external_id}/health/what_if/"
    jsonschema.validate(said, described(token, path, "post"))
    assert everything_but_the_key() == before
    by_file = post("/accounts/northwind/health/what_if/", token, {"yaml": export_card(draft)})
    assert by_file.json()["score"] == said["score"]
    assert everything_but_the_key() == before


def _card(*, measure="login_frequency", weight=100, key="mine", again=""):
    """A scorecard in one line of YAML, as text of a JSON string."""
    curve = "{key: %s, weight: 100, curve: '0 → 0, 1 → 100'}"
    made = "{key: %s, name: N, weight: %d, measures: [" + curve + "]}"
    components = [made % ("only", weight, measure)]
    if again:
        components.append(made % (again, 100 - weight, measure))
    low = "{key: low, name: Low, lower: 0, tone: intervene, at_risk: true}"
    high = "{key: high, name: High, lower: 60, tone: healthy}"
    bands = f"[{high}, {low}]"
    return f"{{key: {key}, name: Mine, components: [{', '.join(components)}], bands: {bands}}}"


def test_a_scorecard_of_one_s_own_is_judged(account, token):
    before = everything_but_the_key()
    address = "/accounts/northwind/health/what_if/"
    shown = post(address, token, '{"yaml": "' + _card() + '"}')
    assert shown.status_code == 200, shown.content
    assert [each["key"] for each in shown.json()["measures"]] == ["login_frequency"]
    assert everything_but_the_key() == before


@pytest.mark.parametrize(
    "asked",
    [
        "/health/movers/?days=00891",
        "/health/movers/?days=1000",
        "/accounts/northwind/health/history/?to=0001-01-01",
        "/accounts/northwind/health/history/?after=9999-12-31",
        "/accounts/northwind/health/explain/?to=0001-01-02",
        "/accounts/northwind/health/explain/?from=9999-12-31",
    ],
)
def test_days_that_no_calendar_has_are_refused(account, token, asked):
    assert is_problem(get(asked, token), 400) in ("days", "day", "span")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{}", 400, "body"),
        ("[]", 400, "not_an_object"),
        ('{"scorecard": "four_inputs"}', 404, "no_draft"),
        ('{"scorecard": "four_inputs", "yaml": "x"}', 400, "body"),
        ('{"yaml": "x"}', 422, "scorecard"),
        ('{"yaml": "key: a"}', 422, "scorecard"),
        ('{"yaml": "' + _card(measure="no_such_measure") + '"}', 422, "scorecard"),
        ('{"yaml": "' + _card(weight=90) + '"}', 422, "scorecard"),
        ('{"yaml": "' + _card(key="k" * 200) + '"}', 422, "scorecard"),
        ('{"yaml": "' + _card(again="only") + '"}', 422, "scorecard"),
    ],
)
def test_a_draft_that_cannot_be_read_is_refused_in_words(account, token, body, status, code):
    before = everything_but_the_key()
    answer = post("/accounts/northwind/health/what_if/", token, body)
    assert is_refused(answer, status, code)
    assert everything_but_the_key() == before


def test_an_account_that_was_never_judged_says_so(account, token):
    make.make_account(external_id="new")
    copy_to_draft(scorecard=Scorecard.objects.get(key="four_inputs"), now=NOW)
    answer = post("/accounts/new/health/what_if/", token, '{"scorecard": "four_inputs"}')
    assert is_refused(answer, 409, "not_judged")
    assert get("/accounts/new/health/", token).status_code == 404
    assert is_refused(get("/accounts/new/health/explain/", token), 404, "not_judged")


def test_a_key_without_the_scope_reads_nothing(account):
    work = make_key("work:read")
    for address in ("/health/", "/crossings/", "/scorecards/", "/accounts/northwind/health/"):
        assert get(address, work).status_code == 403


def test_lists_ask_the_same_whatever_they_hold(account, token, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        get("/health/", token)
    with django_assert_max_num_queries(8):
        get("/crossings/", token)
