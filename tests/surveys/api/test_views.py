"""Surveys by the API: what a key may see of them, in the shape that the description promises."""

from datetime import timedelta

import jsonschema
import pytest
from django.test import Client

from accounts import clock
from accounts.models import User
from surveys.actions.answers import GivenAnswer, record_answer
from surveys.models import Response
from tests.accounts.bulk import is_problem, make_key, post
from tests.surveys.answers import answer
from tests.surveys.engine.house import customer, person, survey
from tests.surveys.invitations import asked, nps

pytestmark = pytest.mark.django_db
SURVEYS, ANSWERS, INVITATIONS = (
    f"/api/v1/{path}/" for path in ("surveys", "survey_answers", "survey_invitations")
)


@pytest.fixture
def token() -> str:
    return make_key("surveys:read")


def get(address, token, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().get(address, headers={"Authorization": f"Bearer {token}", **names})


def days_ago(days):
    return clock.now() - timedelta(days=days)


def answers_of_ten(account):
    """Six promoters, two passives, two detractors: NPS 40."""
    for number, value in enumerate((10, 10, 10, 9, 9, 9, 8, 7, 6, 0)):
        who = person(account, f"n{number}")
        standing = 1 if value > 8 else 0 if value > 6 else -1
        answer(who, value, standing=standing, answered_at=days_ago(3), learned_at=days_ago(3))


def described(token, path):
    document = get("/api/v1/schema/?format=json", token).json()
    responses = document["paths"][path]["get"]["responses"]
    return responses["200"]["content"]["application/json"]["schema"]


def test_a_survey_says_what_it_scored_with_n_interval_and_response_rate(token):
    account, questions = customer(), nps(name="Relationship")
    answers_of_ten(account)
    for number, state in enumerate(["answered", "sent", "expired", "revoked"] + ["sent"] * 8):
        asked(
            account.contacts.first(), about=questions, key=f"i{number}", state=state,
            sent_at=days_ago(4),
        )  # fmt: skip
    survey("later", "first_value", state="draft", published_at=None)
    (shown,) = get(SURVEYS, token).json()["surveys"]
    (found,) = shown.pop("results")
    assert shown == {
        "key": "nps", "name": "Relationship", "version": 1, "state": "published",
        "moment": "rhythm", "days": 90,
    }  # fmt: skip
    score = found["score"]
    assert (found["kind"], found["answers"]) == ("nps", 10)
    assert (score["value"], score["n"], score["is_thin"]) == (40.0, 10, False)
    assert score["low"] < 40 < score["high"]
    rate = found["response_rate"]
    # One of the eleven that arrived, 9.09 %: below the ten of the policy.
    assert (rate["answered"], rate["sent"], rate["percent"], rate["is_low"]) == (1, 11, 9.1, True)


def test_a_survey_has_the_questions_of_each_version_and_no_draft(token):
    survey("csat", "first_value", state="retired")
    newest = survey("csat", "first_value")
    survey("csat", "first_value", state="draft", published_at=None)
    shown = get(f"{SURVEYS}csat/", token).json()
    assert [(each["version"], each["state"]) for each in shown["versions"]] == [
        (2, "published"), (1, "retired"),
    ]  # fmt: skip
    assert shown["versions"][0]["texts"]["de"]["question"] == newest.texts["de"]["question"]
    assert shown["versions"][0]["scale"] == "1-5"
    survey("only_a_draft", "first_value", state="draft", published_at=None)
    assert is_problem(get(f"{SURVEYS}only_a_draft/", token), 404) == "not_found"
    assert is_problem(get(f"{SURVEYS}nothing/", token), 404) == "not_found"


def test_a_survey_of_another_tool_is_known_by_its_answers_also_by_old_ones(token):
    who = customer().contacts.get()
    answer(who, 9, standing=1, survey_key="legacy", answered_at=days_ago(400))
    assert get(SURVEYS, token).json() == {"surveys": [], "next": None}
    (shown,) = get(f"{SURVEYS}?days=500", token).json()["surveys"]
    assert (shown["key"], shown["state"], shown["results"][0]["answers"]) == ("legacy", None, 1)
    assert get(f"{SURVEYS}legacy/", token).json()["versions"] == []


def test_answers_are_filtered_by_survey_account_kind_group_and_time(token):
    acme, other = customer(), customer("other")
    low = answer(acme.contacts.get(), 2, standing=-1, answered_at=days_ago(9))
    high = answer(other.contacts.get(), 5, standing=1, kind="csat", answered_at=days_ago(2))
    for query, expected in (
        ("", [low, high]), ("?account=acme", [low]), ("?survey=csat", [high]), ("?kind=nps", [low]),
        ("?group=favourable", [high]), ("?group=neutral", []),
        (f"?since={days_ago(5):%Y-%m-%dT%H:%M:%SZ}", [high]),
        (f"?until={days_ago(5):%Y-%m-%dT%H:%M:%SZ}", [low]),
    ):  # fmt: skip
        shown = get(ANSWERS + query, token).json()["survey_answers"]
        assert [each["id"] for each in shown] == [each.pk for each in expected], query


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?kind=odd", "unknown_kind"), ("?group=odd", "unknown_group"), ("?since=today", "time"),
        ("?since=2025-03-01T00:00:00", "time"), ("?until=2025-02-30T00:00:00Z", "time"),
        ("?after=-1", "cursor"), ("?after=²", "cursor"), ("?after=99999999999999999999", "cursor"),
        ("?fields=id,nonce", "unknown_field"),
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused_with_what_is_known(token, query, code):
    assert is_problem(get(ANSWERS + query, token), 400) == code


def test_days_are_one_to_three_years(token):
    for days in ("0", "1096", "x", "-1", "²"):
        assert is_problem(get(f"{SURVEYS}?days={days}", token), 400) == "days"


def test_who_was_held_back_says_why_and_no_link_is_told(token):
    account = customer()
    who = account.contacts.get()
    held = asked(who, state="held_back", reason="bad_ticket", sent_at=None, nonce="")
    sent = asked(who, about=held.survey, occasion="y")
    (shown,) = get(f"{INVITATIONS}?state=held_back&reason=bad_ticket", token).json()[
        "survey_invitations"
    ]
    assert (shown["id"], shown["state"], shown["reason"], shown["sent_at"]) == (
        held.pk, "held_back", "bad_ticket", None,
    )  # fmt: skip
    whole = get(INVITATIONS, token).content.decode()
    assert sent.nonce not in whole
    one = get(f"{INVITATIONS}{sent.pk}/", token).json()
    assert (one["contact"], one["account"], one["answer"]) == ("acme-p0", "acme", None)
    assert is_problem(get(f"{INVITATIONS}?state=odd", token), 400) == "unknown_state"


def test_an_answer_that_was_changed_says_what_it_was_before(token):
    invitation = asked()
    for value, comment in ((2, "Slow."), (7, "Better."), (7, "Much better.")):
        given = record_answer(
            invitation=invitation, given=GivenAnswer(value, comment), language="en",
            now=clock.now() + timedelta(minutes=value),
        )  # fmt: skip
    shown = get(f"{ANSWERS}{given.pk}/", token).json()
    assert (shown["value"], shown["comment"]) == (7, "Much better.")
    assert [(each["value"], each["group"], each["by"]) for each in shown["before"]] == [
        (7, "neutral", None), (2, "unfavourable", None),
    ]  # fmt: skip
    assert (shown["follow_up"]["state"], shown["invitation"]) == ("dropped", invitation.pk)


def test_a_persons_key_reads_what_that_person_sees():
    csm = User.objects.create_user("csm@demo.example", name="Ada", role="csm")
    customer(owner=csm)
    theirs = asked(about=nps(), to=customer("other").contacts.get())
    given = record_answer(invitation=theirs, given=GivenAnswer(2), language="en", now=clock.now())
    hers = make_key("surveys:read", owner=csm)
    assert get(ANSWERS, hers).json()["survey_answers"] == []
    assert get(INVITATIONS, hers).json()["survey_invitations"] == []
    (shown,) = get(SURVEYS, hers).json()["surveys"]
    assert [(each["answers"], each["response_rate"]) for each in shown["results"]] == [(0, None)]
    for address in (f"{ANSWERS}{given.pk}/", f"{INVITATIONS}{theirs.pk}/"):
        assert is_problem(get(address, hers), 404) == "not_found"


@pytest.mark.parametrize("scope", ["work:read", "ingest:survey_answers", "ingest:*"])
def test_no_other_scope_reads_surveys(scope):
    for address in (SURVEYS, ANSWERS, INVITATIONS):
        assert is_problem(get(address, make_key(scope)), 403) == "permission_denied"


def test_long_lists_come_in_pages(token, monkeypatch):
    monkeypatch.setattr("accounts.api.reads.PAGE_SIZE", 2)
    account = customer()
    for number in range(5):
        answer(person(account, f"n{number}"), 9, standing=1, survey_key=f"s{number}",
               answered_at=days_ago(1))  # fmt: skip
    for path, name, key in ((ANSWERS, "survey_answers", "id"), (SURVEYS, "surveys", "key")):
        seen, after = [], ""
        while after is not None:
            page = get(f"{path}?after={after}", token).json()
            seen += [each[key] for each in page[name]]
            after = page["next"]
        assert len(seen) == 5, path
        assert seen == sorted(set(seen)), path


def test_only_the_fields_that_were_asked_for_and_nothing_that_is_known(token):
    given = answer(customer().contacts.get(), 9, standing=1)
    asked_for = get(f"{ANSWERS}?fields=id,value", token)
    assert asked_for.json()["survey_answers"] == [{"id": given.pk, "value": 9}]
    tag = asked_for["ETag"]
    assert asked_for["Cache-Control"] == "private, no-cache"
    assert "Authorization" in asked_for["Vary"]
    for known in (tag, f'W/{tag}, "other"', "*"):
        again = get(f"{ANSWERS}?fields=id,value", token, If_None_Match=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    Response.objects.update(value=10)
    changed = get(f"{ANSWERS}?fields=id,value", token, If_None_Match=tag)
    assert (changed.status_code, changed.json()["survey_answers"][0]["value"]) == (200, 10)


def test_answers_have_the_shape_that_is_described(token):
    invitation = asked()
    given = record_answer(
        invitation=invitation, given=GivenAnswer(2, "Slow"), language="en", now=clock.now()
    )
    record_answer(invitation=invitation, given=GivenAnswer(9), language="en", now=clock.now())
    answer(customer("other").contacts.get(), 9, standing=1, survey_key="legacy",
           answered_at=days_ago(1))  # fmt: skip
    for address, path in (
        (SURVEYS, "surveys/"), (f"{SURVEYS}nps/", "surveys/{key}/"),
        (f"{SURVEYS}legacy/?fields=key,versions", "surveys/{key}/"),
        (ANSWERS, "survey_answers/"), (f"{ANSWERS}{given.pk}/", "survey_answers/{answer_id}/"),
        (INVITATIONS, "survey_invitations/"),
        (f"{INVITATIONS}{invitation.pk}/", "survey_invitations/{invitation_id}/"),
    ):  # fmt: skip
        said, shape = get(address, token).json(), described(token, f"/api/v1/{path}")
        jsonschema.validate(said, shape, cls=jsonschema.Draft202012Validator)
        rows = said.get(path.strip("/"), [said])
        properties = shape["properties"].get(path.strip("/"), {}).get("items", shape)["properties"]
        if "fields" not in address:
            assert all(set(row) == set(properties) for row in rows), address


@pytest.mark.parametrize(("path", "queries"), [(SURVEYS, 10), (ANSWERS, 5), (INVITATIONS, 5)])
def test_a_list_takes_as_many_queries_however_long_it_is(
    token, django_assert_max_num_queries, path, queries
):
    account = customer()
    questions = nps()
    for number in range(7):
        who = person(account, f"n{number}")
        invitation = asked(who, about=questions, occasion=f"o{number}")
        record_answer(invitation=invitation, given=GivenAnswer(2), language="en", now=clock.now())
    with django_assert_max_num_queries(queries):
        assert get(path, token).status_code == 200


def test_answers_are_written_by_the_bulk_endpoint_and_read_again(token):
    customer()
    writes = make_key("ingest:survey_answers")
    row = {
        "external_id": "r-1", "account": "acme", "kind": "csat", "value": 2,
        "answered_at": "2024-11-05T09:30:00+00:00", "comment": "Slow exports.", "survey": "legacy",
    }  # fmt: skip
    address = "/api/v1/bulk/survey_answers/"
    sent = post(address, [row, {**row, "external_id": "r-2", "value": 9}], writes).json()
    assert [each["status"] for each in sent["records"]] == ["created", "rejected"]
    assert sent["records"][1]["errors"][0]["field"] == "value"
    assert post(address, [row], writes).json()["unchanged"] == 1
    assert post(address, [row | {"value": 4}], writes).json()["updated"] == 1
    (shown,) = get(ANSWERS, token).json()["survey_answers"]
    assert (shown["external_id"], shown["value"], shown["group"], shown["survey"]) == (
        "r-1", 4, "favourable", "legacy",
    )  # fmt: skip
    before = get(f"{ANSWERS}{shown['id']}/", token).json()["before"]
    assert [(each["value"], each["group"]) for each in before] == [(2, "unfavourable")]
