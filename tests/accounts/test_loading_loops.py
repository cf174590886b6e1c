"""Nothing is above itself: in one file, over several imports, at once, by a person."""

import threading

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.intake.chains import loops
from accounts.models import Account
from tests.accounts.bulk import ACCOUNTS, make_key, post
from tests.accounts.loading import account, load_raw, problems, statuses
from tests.accounts.uploads import somebody


def chain(*names: str) -> list[dict]:
    """Each account below the one before it."""
    return [
        account(name, parent=above) if above else account(name)
        for above, name in zip(("", *names), names, strict=False)
    ]


def parents() -> dict[str, str | None]:
    return dict(Account.objects.values_list("external_id", "parent__external_id"))


@pytest.mark.django_db
@pytest.mark.parametrize("length", [2, 3, 30])
def test_a_loop_over_two_imports_is_refused(length):
    names = [f"p{n}" for n in range(length)]
    load_raw("accounts", *reversed(chain(*names)))
    before = parents()
    result = load_raw("accounts", account(names[0], parent=names[-1]))
    assert problems(result) == {(0, "parent", "loop")}
    assert parents() == before


@pytest.mark.django_db
def test_a_loop_inside_a_file_is_refused_with_advice_that_works():
    loop = [account("a", parent="c"), account("b", parent="a"), account("c", parent="b")]
    result = load_raw("accounts", *loop, account("d"))
    assert problems(result) == {(place, "parent", "loop") for place in range(3)}
    assert result.problems[0].message == (
        "“c” closes a loop in which the record is above itself: a → c → b → a;"
        " name another one, or leave it empty"
    )
    loop[0]["parent"] = None
    assert statuses(load_raw("accounts", *loop)) == ["created"] * 3


@pytest.mark.django_db
def test_a_refused_record_leaves_no_loop_through_what_is_stored_of_it():
    load_raw("accounts", account("c"), account("a", parent="c"), account("b"))
    result = load_raw(
        "accounts", account("a", parent="b"), account("b", parent="a"), account("c", parent="a")
    )
    assert problems(result) == {(place, "parent", "loop") for place in range(3)}
    assert parents() == {"a": "c", "b": None, "c": None}


@pytest.mark.django_db
def test_a_chain_may_be_turned_round_in_one_import():
    load_raw("accounts", *chain("a", "b", "c"))
    turned = [account("a", parent="b"), account("b", parent="c"), account("c", parent=None)]
    assert statuses(load_raw("accounts", *turned)) == ["updated"] * 3
    assert parents() == {"a": "b", "b": "c", "c": None}


@pytest.mark.django_db
def test_the_api_refuses_a_loop():
    load_raw("accounts", *chain("a", "b"))
    answer = post(ACCOUNTS, [account("a", parent="b")], make_key()).json()
    assert answer["records"][0]["errors"][0]["code"] == "loop"


@pytest.mark.django_db
def test_the_admin_refuses_a_loop():
    load_raw("accounts", *chain("a", "b"))
    first, second = Account.objects.order_by("external_id")
    ops = Client()
    ops.force_login(somebody())
    page = reverse("admin:accounts_account_change", args=[first.pk])
    form = ops.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not None}
    answer = ops.post(page, {**sent, "tags": "", "parent": second.pk})
    assert "The account would be above itself: a → b → a." in answer.content.decode()
    assert parents() == {"a": None, "b": "a"}


@pytest.mark.django_db
def test_one_question_an_import_asks_for_the_chain():
    load_raw("accounts", *chain("a", "b"))
    asked = []
    for count in (1, 50):
        rows = [account(f"n{count}-{n}", parent="b") for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            load_raw("accounts", *rows)
        asked.append(sum("WITH RECURSIVE up" in q["sql"] for q in queries))
    assert asked == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_do_not_close_a_loop():
    """Each is right by itself."""
    load_raw("accounts", account("a"), account("b"))
    start = threading.Barrier(2)

    def load(below: str, above: str) -> None:
        try:
            start.wait(timeout=60)
            load_raw("accounts", account(below, parent=above))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=load, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(map(str, parents().values())) in (["None", "a"], ["None", "b"])


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_loops_are_found_and_nothing_else(above):
    def comes_back(start: str) -> bool:
        node = above.get(start)
        for _ in above:
            if node == start:
                return True
            node = above.get(node)
        return False

    assert sorted(n for loop in loops(above) for n in loop) == sorted(filter(comes_back, above))
