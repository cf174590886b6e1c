"""Answers that another tool recorded: read from its export, scored as those given here."""

from datetime import UTC, datetime

import pytest

from accounts.catalogue import SURVEYS_SOURCE
from accounts.intake.parse_options import iso_reading
from accounts.intake.records import read_records
from accounts.intake.specs import SPECS, Kind
from accounts.models import BusinessEvent, DirtyAccount, Signal, Source
from surveys.models import FollowUp, Response
from surveys.scoring.scores import AnswerScale, Standing, SurveyKind
from tests.accounts.loading import account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db
AT = "2024-11-05T09:30:00+00:00"
NUMBER = {Standing.FAVOURABLE: 1, Standing.NEUTRAL: 0, Standing.UNFAVOURABLE: -1}


@pytest.fixture(autouse=True)
def people():
    load_raw("accounts", account("acme"), account("other"))
    load_raw(
        "contacts",
        {"external_id": "p-1", "account": "acme", "name": "Mira", "email": "mira@acme.example"},
        {"external_id": "p-2", "account": "other", "name": "Bo", "email": "bo@other.example"},
    )


def given(external_id="r-1", **fields):
    whole = {"external_id": external_id, "account": "acme", "kind": "nps", "value": 9}
    said = {**whole, "answered_at": AT, **fields}
    return {name: value for name, value in said.items() if value is not None}


def load(*rows):
    return load_raw("survey_answers", *rows)


def refused_field(**fields):
    """Where the record is refused, as it is read or as it is loaded."""
    row, now = given(**fields), datetime(2030, 1, 1, tzinfo=UTC)
    spec = SPECS[Kind.SURVEY_ANSWERS]
    read = read_records([(0, row)], spec=spec, reading=iso_reading(now=now))
    found = read.errors or load(row).problems
    return [problem.field for problem in found if not problem.warning]


SCALES = [
    (AnswerScale(SurveyKind.NPS, 0, 10), {}),
    (AnswerScale(SurveyKind.CSAT, 1, 5), {}),
    (AnswerScale(SurveyKind.CSAT, 1, 7), {"highest": 7}),
    (AnswerScale(SurveyKind.CES, 1, 7), {}),
    (AnswerScale(SurveyKind.CES, 1, 7, is_reversed=True), {"is_reversed": True}),
]


@pytest.mark.parametrize(("scale", "said"), SCALES)
def test_every_value_of_every_scale_means_what_the_scores_take_it_for(scale, said):
    values = range(scale.lowest, scale.highest + 1)
    rows = [given(f"r-{value}", kind=scale.kind.value, value=value, **said) for value in values]
    assert set(statuses(load(*rows))) == {"created"}
    stored = {row.value: row for row in Response.objects.all()}
    for value in values:
        row = stored[value]
        assert row.standing == NUMBER[scale.reading(value)], value
        assert (row.lowest, row.highest) == (scale.lowest, scale.highest)
        assert row.is_reversed is scale.is_reversed


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"value": 11}, "value"),
        ({"kind": "csat", "value": 0}, "value"),
        ({"kind": "csat", "value": 6}, "value"),
        ({"kind": "ces", "value": 8}, "value"),
        ({"kind": "csat", "value": 5, "highest": 6}, "highest"),
        ({"kind": "mood"}, "kind"),
        ({"value": "much"}, "value"),
        ({"answered_at": ""}, "answered_at"),
        ({"account": "nobody"}, "account"),
        ({"account": None, "email": "who@nowhere.example"}, "email"),
        ({"account": None}, "account"),
        ({"contact": "p-2"}, "contact"),
    ],
)
def test_what_cannot_be_an_answer_names_its_field(fields, field):
    assert refused_field(**fields) == [field]
    assert not Response.objects.exists()


def test_an_address_says_who_it_was_and_of_which_account():
    rows = [given(account=None, email="MIRA@acme.example"), given("r-2", email="bo@other.example")]
    load(*rows)
    mine, theirs = Response.objects.order_by("external_id")
    assert (mine.account.external_id, mine.contact.external_id) == ("acme", "p-1")
    # The address of somebody at another account: the account that was said goes.
    assert (theirs.account.external_id, theirs.contact) == ("acme", None)


def test_an_address_at_two_accounts_needs_the_account():
    both = {"name": "Mira Stone", "email": "mira@acme.example"}
    load_raw("contacts", {"external_id": "p-3", "account": "other"} | both)
    email = both["email"]
    result = load(given(account=None, email=email), given("r-2", account="other", email=email))
    assert statuses(result) == ["rejected", "created"]
    assert Response.objects.get().contact.external_id == "p-3"


def test_the_same_file_twice_leaves_nothing_behind_and_a_change_is_one():
    load(given(comment="Great support"))
    assert statuses(load(given(comment="Great support"))) == ["unchanged"]
    assert statuses(load(given(value=3, comment="Not any more"))) == ["updated"]
    row = Response.objects.get()
    assert (row.value, row.standing) == (3, -1)


def test_the_past_starts_nothing_and_is_scored():
    load(given(value=1, comment="Terrible, it never works", learned_on="2024-11-06"))
    assert not Signal.objects.exists()
    assert not FollowUp.objects.exists()
    assert not BusinessEvent.objects.exists()
    assert DirtyAccount.objects.exists()
    row = Response.objects.get()
    assert row.sentiment < 0
    assert row.learned_at.date().isoformat() == "2024-11-06"
    assert (row.survey_key, row.moment, row.invitation) == ("nps", "on_request", None)


def test_an_answer_given_here_is_of_a_source_that_nothing_is_imported_into():
    assert Source.objects.get(key=SURVEYS_SOURCE).kind == "internal"


@pytest.mark.parametrize("moment", ["rhythm", "first_value"])
def test_what_was_said_stays(moment):
    load(given(moment=moment, survey="Autumn"))
    load(given(value=8))
    row = Response.objects.get()
    assert (row.moment, row.survey_key, row.value) == (moment, "autumn", 8)
    assert problems(load(given())) == set()
