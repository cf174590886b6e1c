"""Messages in a customer's product: who sees which, and what becomes of them."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from accounts.api.in_app_script import MOST_BYTES, SCRIPT, SOURCE, served_script
from accounts.models import Account, AccountId, Contact, OutboxMessage, OutreachPolicy, Touch
from accounts.work import outbox
from tests.accounts.test_outreach import write
from tests.in_app import PAGE, SECRET, make_person, make_site, sign, wait_in_product

pytestmark = pytest.mark.django_db
LIST = "/in-app/v1/messages"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    caches["visitors"].clear()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def bo() -> Contact:
    make_site()
    return make_person(Account.objects.create(external_id="acme", name="Acme"))


def ask(token: str = "", *, method: str = "GET", path: str = "", origin: str = PAGE):
    """As the script does it from a page of the product."""
    headers = {"Origin": origin} if origin else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    # Without a body a browser still says how long it is.
    return Client().generic(method, LIST + path, headers=headers, CONTENT_LENGTH="0")


def shown_to(**claims) -> list[str]:
    answer = ask(sign(**claims))
    assert answer.status_code == 200
    return [each["subject"] for each in answer.json()["messages"]]


def tell(message: OutboxMessage, what: str, **claims) -> int:
    return ask(sign(**claims), method="POST", path=f"/{message.pk}/{what}").status_code


def test_a_message_is_its_words_in_runs_and_nothing_else(bo, now):
    row = wait_in_product(bo, now=now)
    assert ask(sign()).json() == {
        "messages": [
            {
                "id": row.pk,
                "subject": "New",
                "body": [
                    ["Try ", ""],
                    ["https://app.acme.example/new", "https://app.acme.example/new"],
                    [" today", ""],
                ],
            }
        ]
    }


def test_looking_shows_nothing_and_showing_counts_once(bo, now):
    row = wait_in_product(bo, now=now)
    assert shown_to() == ["New"]
    row.refresh_from_db()
    assert (row.state, Touch.objects.count()) == ("new", 0)

    assert [tell(row, "shown"), tell(row, "shown")] == [204, 204]
    row.refresh_from_db()
    touch = Touch.objects.get()
    assert (row.state, touch.message, touch.contact) == ("sent", row, bo)
    assert now <= row.sent_at == touch.at
    assert shown_to() == ["New"]  # until they close it


@pytest.mark.parametrize("what", ["dismissed", "clicked"])
def test_what_was_closed_or_followed_is_dated_once_and_comes_no_more(bo, now, what):
    row = wait_in_product(bo, now=now)
    assert tell(row, what) == 404  # nothing was shown
    tell(row, "shown")
    assert tell(row, what) == 204
    row.refresh_from_db()
    first = getattr(row, f"{what}_at")
    assert first >= row.sent_at
    assert tell(row, what) == 204
    row.refresh_from_db()
    assert getattr(row, f"{what}_at") == first
    assert shown_to() == []


def test_one_at_a_time_the_urgent_first_within_the_budget(bo, now):
    rows = [
        wait_in_product(bo, f"n{n}", now=now, subject=f"n{n}", priority=n) for n in (9, 2, 5, 7)
    ]
    seen = []
    while found := shown_to():
        seen += found
        row = OutboxMessage.objects.get(subject=found[0])
        tell(row, "shown")
        tell(row, "dismissed")
    assert seen == ["n2", "n5"]  # two touches a person in seven days
    last = rows[0]
    assert tell(last, "shown") == 404
    last.refresh_from_db()
    assert (last.state, Touch.objects.count()) == ("new", 2)


def test_it_waits_without_a_touch_and_mail_is_not_held_back_by_it(bo, now):
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    wait_in_product(bo, now=now, priority=1)
    letter = write(bo, "letter", now=now, priority=9)
    OutboxMessage.objects.filter(pk=letter.pk).update(next_at=now)
    opens = now.replace(hour=12)
    while opens.weekday() > 4 or opens < now:
        opens += DAY
    outbox.send_due(now=opens)
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert shown_to() == []


def test_nobody_saw_it_in_time(bo, now):
    row = wait_in_product(bo, now=now)
    outbox.send_due(now=now + 14 * DAY - timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.state, row.reason) == ("new", "shown when they look in the product")
    outbox.send_due(now=row.valid_until)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("suppressed", "too late to be useful")
    assert tell(row, "shown") == 404
    assert not Touch.objects.exists()


def test_what_was_shown_is_shown_no_longer_than_it_is_news(bo, now):
    row = wait_in_product(bo, now=now)
    tell(row, "shown")
    OutboxMessage.objects.update(valid_until=now - DAY)
    assert shown_to() == []
    assert tell(row, "dismissed") == 204


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_count_one_touch(now):
    """Eight windows of one person, each of which shows the message."""
    make_site()
    bo = make_person(Account.objects.create(external_id="acme", name="Acme"))
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    row = wait_in_product(bo, now=now)
    start = threading.Barrier(8)

    def show(_window: int) -> int:
        try:
            start.wait(timeout=60)
            return tell(row, "shown")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(show, range(8)))
    row.refresh_from_db()
    assert answers == [204] * 8
    assert Touch.objects.get().at == row.sent_at


# Whom a proven visitor is.


@pytest.mark.parametrize(
    ("claims", "subjects"),
    [
        ({}, ["New"]),
        ({"user": "u-cy"}, []),
        ({"user": "nobody"}, []),
        ({"user": "U-BO"}, []),
        ({"account": "zen"}, []),
        ({"account": "nowhere"}, []),
        ({"user": "nobody", "email": "BO@acme.example"}, ["New"]),
        ({"user": "nobody", "email": "bo@elsewhere.example"}, []),
        ({"account": "zen", "email": "bo@acme.example"}, []),
        ({"account": "A-1"}, ["New"]),  # as the source itself calls the account
    ],
)
def test_the_person_is_who_the_source_calls_so_at_that_account(bo, now, claims, subjects):
    zen = Account.objects.create(external_id="zen", name="Zen")
    make_person(bo.account, "Cy")
    make_person(zen, "Bo", external_id="u-bo-zen", email="bo@zen.example")
    AccountId.objects.create(account=bo.account, source_id="shop", value="A-1")
    wait_in_product(bo, now=now)
    assert shown_to(**claims) == subjects


def test_an_id_of_another_source_is_somebody_else(bo, now):
    make_site("desk", secret=SECRET + "2")
    other = make_person(bo.account, "Di", source="desk", external_id="u-bo")
    wait_in_product(other, now=now)
    assert shown_to() == []
    answer = ask(sign(SECRET + "2", source="desk"))
    assert [each["subject"] for each in answer.json()["messages"]] == ["New"]


@pytest.mark.parametrize(
    "change",
    [
        {"do_not_contact": True},
        {"is_active": False, "left_on": "2025-01-02"},
        {"erased_at": "2025-01-02T00:00:00Z"},
    ],
)
def test_who_left_or_asked_for_nothing_sees_nothing(bo, now, change):
    row = wait_in_product(bo, now=now)
    Contact.objects.update(**change)
    assert shown_to() == []
    assert tell(row, "shown") == 404


def test_the_people_of_a_merged_account_are_found_by_what_the_product_still_says(bo, now):
    into = Account.objects.create(external_id="into", name="Into")
    joined = make_person(into, "Bo", external_id="crm-1", source="direct")
    Contact.objects.filter(pk=bo.pk).update(joined_into=joined)
    Account.objects.filter(external_id="acme").update(merged_into=into)
    wait_in_product(joined, now=now)
    assert shown_to() == ["New"]


def test_messages_of_others_are_not_there(bo, now):
    cy = make_person(bo.account, "Cy")
    colleague = wait_in_product(cy, "of Cy", now=now)
    zoe = make_person(Account.objects.create(external_id="zen", name="Zen"), "Zoe")
    stranger = wait_in_product(zoe, "of Zoe", now=now)
    letter = write(bo, "letter", now=now)
    answers = {
        (ask(sign(), method="POST", path=f"/{pk}/{what}")).content
        for pk in (colleague.pk, stranger.pk, letter.pk, 10**15)
        for what in ("shown", "dismissed", "clicked")
    }
    assert [json.loads(each)["status"] for each in answers] == [404]
    assert not Touch.objects.exists()
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"new"}


# Whom nothing lets in.

BAD_TOKENS = {
    "none": lambda: "",
    "a word": lambda: "token",
    "another secret": lambda: sign(SECRET + "x"),
    "another source": lambda: sign(source="desk"),
    "no source": lambda: sign(source=None),
    "expired": lambda: sign(exp=int(time.time()) - 1),
    "lives too long": lambda: sign(exp=int(time.time()) + 2 * 3600),
    "of another person, replayed": lambda: ".".join(
        part if n != 1 else sign(user="u-cy").split(".")[1]
        for n, part in enumerate(sign().split("."))
    ),
    "an API key": lambda: "cs_live_" + "x" * 43,
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_who_proves_nothing_gets_one_answer_without_a_hint(bo, now, make):
    row = wait_in_product(bo, now=now)
    token = make()
    looked = ask(token)
    told = ask(token, method="POST", path=f"/{row.pk}/shown")
    for answer in (looked, told):
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"] == 'Bearer realm="in-app"'
        assert answer.json()["detail"] == "A valid token is needed."
    assert not Touch.objects.exists()


def test_a_product_that_is_switched_off_or_whose_secret_is_not_readable_lets_nobody_in(bo):
    site = make_site("desk")
    token = sign(source="desk")
    assert ask(token).status_code == 200
    site.sealed_secret = "sealed by another key"
    site.save()
    assert ask(token).status_code == 401
    site.is_active = False
    site.save()
    assert ask(token).status_code == 401


def test_the_earlier_secret_proves_for_a_week_after_it_was_rolled(bo, now):
    site = make_site("desk")
    old = sign(source="desk")
    secret = site.take_new_secret(now=now)
    site.save()
    new = sign(secret, source="desk")
    assert [ask(each).status_code for each in (old, new)] == [200, 200]
    site.rolled_at = now - 7 * DAY
    site.save()
    assert [ask(each).status_code for each in (old, new)] == [401, 200]
    site.take_new_secret(now=now)
    site.save()
    assert [ask(each).status_code for each in (old, new)] == [401, 200]


# Which pages may ask.


def test_a_page_that_is_listed_may_ask_and_another_learns_nothing(bo):
    asked = ask(method="OPTIONS")
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == PAGE
    assert asked["Access-Control-Allow-Headers"] == "Authorization"
    assert asked["Access-Control-Allow-Methods"] == "GET, POST"
    assert "Access-Control-Allow-Credentials" not in asked

    for origin in ("https://evil.example", PAGE + ".evil.example", PAGE + ":444", "null", "*"):
        refused = ask(method="OPTIONS", origin=origin)
        assert (refused.status_code, refused.has_header("Access-Control-Allow-Origin")) == (
            204,
            False,
        )
        answer = ask(sign(), origin=origin)
        assert (answer.status_code, answer.has_header("Access-Control-Allow-Origin")) == (
            401,
            False,
        )


def test_a_page_of_another_product_may_not_ask_with_this_ones_token(bo):
    make_site("desk", origins=["https://desk.example"])
    assert ask(sign(), origin="https://desk.example").status_code == 401


def test_an_answer_names_its_page_and_is_kept_nowhere(bo):
    for answer in (ask(sign()), ask("token"), ask(method="OPTIONS")):
        assert answer["Access-Control-Allow-Origin"] == PAGE
        assert answer["Cache-Control"] == "private, no-store"
        assert "Origin" in answer["Vary"]
        assert answer.cookies == {}
    assert ask(sign(), origin="").status_code == 200  # a program, not a page


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_refused_in_json(bo, method):
    answer = ask(sign(), method=method)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/1/opened", "/1/", "/x/shown", "/1/shown/more", "/-1/shown"])
def test_an_address_that_is_not_there_is_refused_in_json(bo, path):
    answer = ask(sign(), method="POST", path=path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_body_is_not_wanted(bo, now):
    row = wait_in_product(bo, now=now)
    path, token = f"{LIST}/{row.pk}/shown", {"Authorization": f"Bearer {sign()}"}
    big = Client().generic("POST", path, b"x" * 70_000, headers=token)
    assert (big.status_code, big.json()["code"]) == (413, "too_large")
    assert Client().generic("POST", path, b"{}", headers=token).status_code == 204


def test_a_visitor_who_asks_too_often_waits_and_others_do_not(bo):
    token = sign()
    answers = [ask(token).status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]
    refused = ask(token)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.json()["code"] == "rate_limited"
    assert ask(sign(user="u-cy")).status_code == 200


def test_who_guesses_waits(bo):
    answers = [ask("token").status_code for _ in range(61)]
    assert answers == [401] * 60 + [429]
    assert ask(sign()).status_code == 200


@pytest.mark.parametrize(("claims", "queries"), [({"user": "nobody"}, 6), ({}, 11)])
def test_a_look_is_a_fixed_number_of_queries(bo, now, django_assert_num_queries, claims, queries):
    token = sign(**claims)
    for number in range(3):
        wait_in_product(bo, f"k{number}", now=now)
    with django_assert_num_queries(queries):
        assert ask(token).status_code == 200


# The script.


def test_the_script_is_small_stable_and_kept_by_browsers(client):
    answer = client.get("/in-app/v1/in_app.js")
    assert len(answer.content) <= 2_048 == MOST_BYTES
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=86400, stale-while-revalidate=604800"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.cookies == {}
    again = client.get("/in-app/v1/in_app.js", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_the_script_is_its_source_without_comments():
    assert served_script("// why\n  a();\n\n    // that\n  b(); // kept\n") == b"a();\nb(); // kept"
    assert served_script(SOURCE.read_text()) == SCRIPT


@pytest.mark.parametrize("word", [b"innerHTML", b"cookie", b"localStorage", b"eval", b"style="])
def test_the_script_makes_no_markup_and_stores_nothing(word):
    assert word not in SCRIPT
